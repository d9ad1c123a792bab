//! Points and their vectors.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::model::{
    BatchUpdate, CountPoints, DeletePoints, DeleteVectors, GetPoint, RetrievePoints, ScrollPoints,
    UpdateVectors, UpsertPoints,
};

use super::QdrantClient;
use crate::request::Request;

#[napi]
impl QdrantClient {
    /// Inserts points, or replaces those with the same ids. All of them are written, or none when one
    /// is wrong. `wait` is `true` unless given; with `false` the answer is `acknowledged`, but comes
    /// just as late, since what is acknowledged is also kept.
    ///
    /// `{ text, model }` and `{ image, model }` in the place of vectors become those that the model makes of
    /// them, on this machine; all that one call has for a model at once. `qdrant/bm25` makes sparse
    /// vectors, which want `modifier: 'idf'`. Later writes to the collection wait for a model, too;
    /// searches do not. Rejects with status 400 for a model or an option that is not known. See
    /// `docs/embeddings.md`.
    #[napi(
        ts_args_type = "collectionName: string, args: UpsertArgs",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn upsert<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<UpsertPoints>(env, collection_name, Some(request))
    }

    /// Deletes points, by ids or by a filter.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'delete'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn delete<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<DeletePoints>(env, collection_name, Some(request))
    }

    /// Replaces vectors of points; their other vectors and their payload stay. Rejects with status 404
    /// when one of the points does not exist.
    #[napi(
        ts_args_type = "collectionName: string, args: UpdateVectorsArgs",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn update_vectors<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<UpdateVectors>(env, collection_name, Some(request))
    }

    /// Deletes vectors of points by their names; their other vectors and their payload stay.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'deleteVectors'>>",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn delete_vectors<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<DeleteVectors>(env, collection_name, Some(request))
    }

    /// Applies several updates in order: all of them, or none when one of them is refused.
    #[napi(
        ts_args_type = "collectionName: string, args: BatchUpdateArgs",
        ts_return_type = "Promise<Schemas['UpdateResult'][]>"
    )]
    pub fn batch_update<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write::<BatchUpdate>(env, collection_name, Some(request))
    }

    /// Reads points by their ids, in the order of the ids; ids without a point are left out.
    #[napi(
        ts_args_type = "collectionName: string, args: WithBigintIds<Args<'retrieve'>>",
        ts_return_type = "Promise<Schemas['Record'][]>"
    )]
    pub fn retrieve<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<RetrievePoints>(env, collection_name, Some(request))
    }

    /// Pages through the points that match a filter, by id or in the order of a payload field.
    #[napi(
        ts_args_type = "collectionName: string, args?: WithBigintIds<Args<'scroll'>>",
        ts_return_type = "Promise<Schemas['ScrollResult']>"
    )]
    pub fn scroll<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<ScrollPoints>(env, collection_name, request)
    }

    /// Reads one point with its payload and its vectors. Rejects with status 404 when there is none.
    #[napi(
        ts_args_type = "collectionName: string, args: { id: PointId } & CallOptions",
        ts_return_type = "Promise<Schemas['Record']>"
    )]
    pub fn get_point<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<GetPoint>(env, collection_name, Some(request))
    }

    /// Counts the points that match a filter, exactly unless `exact` is `false`.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'count'>",
        ts_return_type = "Promise<Schemas['CountResult']>"
    )]
    pub fn count<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<CountPoints>(env, collection_name, request)
    }
}
