//! Queries.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::model::{
    Facet, QueryBatch, QueryGroups, QueryPoints, SearchMatrixOffsets, SearchMatrixPairs,
};

use super::QdrantClient;
use crate::request::Request;

#[napi]
impl QdrantClient {
    /// Finds points by a query of any kind, perhaps among those that a `prefetch` finds. Without a
    /// `query`, returns points by their ids. A vector may be what a model makes of a
    /// text or an image, as in `upsert`.
    #[napi(
        ts_args_type = "collectionName: string, args: QueryArgs",
        ts_return_type = "Promise<Schemas['QueryResponse']>"
    )]
    pub fn query<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<QueryPoints>(env, collection_name, Some(request))
    }

    /// Runs several queries at once.
    #[napi(
        ts_args_type = "collectionName: string, args: QueryBatchArgs",
        ts_return_type = "Promise<Schemas['QueryResponse'][]>"
    )]
    pub fn query_batch<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<QueryBatch>(env, collection_name, Some(request))
    }

    /// Finds points as `query` does, in groups by the values of a payload field.
    #[napi(
        ts_args_type = "collectionName: string, args: QueryGroupsArgs",
        ts_return_type = "Promise<Schemas['GroupsResult']>"
    )]
    pub fn query_groups<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<QueryGroups>(env, collection_name, Some(request))
    }

    /// Counts the points for each value of a payload field, which has an index.
    #[napi(
        ts_args_type = "collectionName: string, args: Args<'facet'>",
        ts_return_type = "Promise<Schemas['FacetResponse']>"
    )]
    pub fn facet<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<Facet>(env, collection_name, Some(request))
    }

    /// Compares points picked by chance with each other; the answer is a list of pairs.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'searchMatrixPairs'>",
        ts_return_type = "Promise<Schemas['SearchMatrixPairsResponse']>"
    )]
    pub fn search_matrix_pairs<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<SearchMatrixPairs>(env, collection_name, request)
    }

    /// Compares points picked by chance with each other; the answer is a sparse matrix.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'searchMatrixOffsets'>",
        ts_return_type = "Promise<Schemas['SearchMatrixOffsetsResponse']>"
    )]
    pub fn search_matrix_offsets<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<SearchMatrixOffsets>(env, collection_name, request)
    }
}
