//! The queries of the API up to 1.18.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::model::{
    DiscoverBatch, DiscoverPoints, RecommendBatch, RecommendPointGroups, RecommendPoints, SearchBatch,
    SearchPointGroups, SearchPoints,
};

use super::QdrantClient;
use crate::request::Request;

#[napi]
impl QdrantClient {
    /// Finds the points nearest to a vector, as the REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: SearchArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][]>"
    )]
    pub fn search<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<SearchPoints>(env, collection_name, Some(request))
    }

    /// Runs several searches at once, as the REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: SearchBatchArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][][]>"
    )]
    pub fn search_batch<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<SearchBatch>(env, collection_name, Some(request))
    }

    /// Finds the points nearest to a vector, in groups by the values of a payload field, as the REST client
    /// did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: SearchPointGroupsArgs",
        ts_return_type = "Promise<Schemas['GroupsResult']>"
    )]
    pub fn search_point_groups<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<SearchPointGroups>(env, collection_name, Some(request))
    }

    /// Finds points like some examples and unlike others, as the REST client did until its version 1.18.
    /// Examples are ids of points, which are not in the result then, and vectors.
    #[napi(
        ts_args_type = "collectionName: string, args: RecommendArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][]>"
    )]
    pub fn recommend<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<RecommendPoints>(env, collection_name, Some(request))
    }

    /// Runs several recommendations at once, as the REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: RecommendBatchArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][][]>"
    )]
    pub fn recommend_batch<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<RecommendBatch>(env, collection_name, Some(request))
    }

    /// Another name of `recommendBatch`.
    #[napi(
        js_name = "recommend_batch",
        ts_args_type = "collectionName: string, args: RecommendBatchArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][][]>"
    )]
    pub fn recommend_batch_alias<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<RecommendBatch>(env, collection_name, Some(request))
    }

    /// Finds points like some examples and unlike others, in groups by the values of a payload field, as the
    /// REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: RecommendPointGroupsArgs",
        ts_return_type = "Promise<Schemas['GroupsResult']>"
    )]
    pub fn recommend_point_groups<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<RecommendPointGroups>(env, collection_name, Some(request))
    }

    /// Finds the points nearest to a target among those that a context favours, or those that a context
    /// favours, as the REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: DiscoverArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][]>"
    )]
    pub fn discover_points<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<DiscoverPoints>(env, collection_name, Some(request))
    }

    /// Runs several discoveries at once, as the REST client did until its version 1.18.
    #[napi(
        ts_args_type = "collectionName: string, args: DiscoverBatchArgs",
        ts_return_type = "Promise<Schemas['ScoredPoint'][][]>"
    )]
    pub fn discover_batch_points<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<DiscoverBatch>(env, collection_name, Some(request))
    }
}
