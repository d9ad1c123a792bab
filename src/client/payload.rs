//! Payload and its indexes.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::model::{
    ClearPayload, CreatePayloadIndex, DeletePayload, DeletePayloadIndex, DeletePayloadIndexParams,
    OverwritePayload, SetPayload,
};

use super::QdrantClient;
use crate::request::Request;

#[napi]
impl QdrantClient {
    /// Sets payload values, keeping the other ones; under `key` when it is given.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'setPayload'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn set_payload<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<SetPayload>(env, collection_name, Some(request))
    }

    /// Replaces the whole payload of points.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'overwritePayload'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn overwrite_payload<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<OverwritePayload>(env, collection_name, Some(request))
    }

    /// Deletes payload values by their keys.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'deletePayload'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn delete_payload<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<DeletePayload>(env, collection_name, Some(request))
    }

    /// Deletes the whole payload of points.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'clearPayload'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn clear_payload<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<ClearPayload>(env, collection_name, Some(request))
    }

    /// Indexes a payload field, so that filters on it are fast.
    #[napi(
        ts_args_type = "collectionName: string, args: Args<'createPayloadIndex'>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn create_payload_index<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<CreatePayloadIndex>(env, collection_name, Some(request))
    }

    /// Removes the index of a payload field.
    #[napi(
        ts_args_type = "collectionName: string, fieldName: string, args?: Parameters<RestClient['deletePayloadIndex']>[2]",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn delete_payload_index<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        field_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write_built(env, collection_name, request, move |request| {
            DeletePayloadIndex::of_field(&field_name, request.parse::<DeletePayloadIndexParams>()?)
        })
    }
}
