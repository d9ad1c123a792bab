//! Collections, their vectors and their aliases.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CreateVectorName, DeleteVectorName, GetOptimizations, UpdateCollection, VectorNameParams,
};
use qdrant_embedded_engine::{
    CollectionExists, CreateCollectionNamed, DeleteCollection, ListAliases, ListCollections,
    RecreateCollection, Touches, UpdateAliases,
};

use super::QdrantClient;
use crate::request::Request;

#[napi]
impl QdrantClient {
    /// Lists the collections by name.
    #[napi(ts_return_type = "Promise<Schemas['CollectionsResponse']>")]
    pub fn get_collections<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.inspect(env, Touches::All, ListCollections)
    }

    /// Tells settings, size and state of a collection.
    #[napi(ts_return_type = "Promise<Schemas['CollectionInfo']>")]
    pub fn get_collection<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<GetCollection>(env, collection_name, None)
    }

    /// Tells whether a collection, or an alias of one, exists.
    #[napi(ts_return_type = "Promise<Schemas['CollectionExistence']>")]
    pub fn collection_exists<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let touches = Touches::Name(collection_name.clone());
        self.inspect(env, touches, CollectionExists { name: collection_name })
    }

    /// Creates a collection. `quantization_config` may be a word. Rejects with status 409 when the name is
    /// taken.
    #[napi(
        ts_args_type = "collectionName: string, args?: CreateCollectionArgs",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn create_collection<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let request = request.unwrap_or_default();
        let touches = Touches::Name(collection_name.clone());
        self.manage(env, touches, move || {
            request.check_agreement_timeout()?;
            Ok(CreateCollectionNamed { name: collection_name, request: request.parse()? })
        })
    }

    /// Changes settings of a collection; what is not given, or `null`, stays as it is. `"Disabled"` removes
    /// a quantization, and a `null` in `metadata` removes a key. Waits for the optimizer, if it is at
    /// work and the change touches more than graphs and the optimizer itself; existing data follows in
    /// the background. Rejects with status 400 for a vector that does not exist.
    #[napi(
        ts_args_type = "collectionName: string, args?: UpdateCollectionArgs",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn update_collection<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.reconfigure::<UpdateCollection>(env, collection_name, request)
    }

    /// Replaces a collection by a new, empty one, or creates it. The aliases of the old one go with it.
    /// When the new one cannot be created, the old one stays.
    #[napi(
        ts_args_type = "collectionName: string, args?: CreateCollectionArgs",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn recreate_collection<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let request = request.unwrap_or_default();
        let touches = Touches::Name(collection_name.clone());
        self.manage(env, touches, move || {
            request.check_agreement_timeout()?;
            Ok(RecreateCollection { name: collection_name, request: request.parse()? })
        })
    }

    /// Tells the runs of a collection's optimizer since it was opened: the one at work, the one that is due
    /// and, with `completed`, up to 16 that changed something or failed. The engine does not tell what a
    /// run does to which segments, so each is one optimization named `all`, and lists of segments are
    /// empty.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'getOptimizations'>",
        ts_return_type = "Promise<Schemas['OptimizationsResponse']>"
    )]
    pub fn get_optimizations<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.read::<GetOptimizations>(env, collection_name, request)
    }

    /// Adds a vector to a collection, which no point has yet; waits for the optimizer, if it is at work. One that is there already is left alone if
    /// it is of the same size and kind, and is a reason to reject with status 400 otherwise.
    #[napi(
        ts_args_type = "collectionName: string, vectorName: string, config: Schemas['VectorNameConfig'], args?: WriteOptions",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn create_vector_name<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        vector_name: String,
        config: Request,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write_built(env, collection_name, request, move |request| {
            let params: VectorNameParams = request.parse()?;
            Ok(CreateVectorName { name: vector_name, config: config.parse()?, params })
        })
    }

    /// Removes a vector from a collection, with its values in all points. One that does not exist is no
    /// error.
    #[napi(
        ts_args_type = "collectionName: string, vectorName: string, args?: WriteOptions",
        ts_return_type = "Promise<Schemas['UpdateResult']>"
    )]
    pub fn delete_vector_name<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        vector_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.write_built(env, collection_name, request, move |request| {
            let params: VectorNameParams = request.parse()?;
            Ok(DeleteVectorName { name: vector_name, params })
        })
    }

    /// Deletes a collection with its aliases. Resolves to `false` when there is none of that name.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'deleteCollection'>",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn delete_collection<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let request = request.unwrap_or_default();
        let touches = Touches::Name(collection_name.clone());
        self.manage(env, touches, move || {
            request.check_agreement_timeout()?;
            Ok(DeleteCollection { name: collection_name })
        })
    }

    /// Creates, deletes and renames aliases: all of the actions, or none when one of them fails.
    #[napi(
        ts_args_type = "args: Parameters<RestClient['updateCollectionAliases']>[0] & CallOptions",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn update_collection_aliases<'env>(
        &self,
        env: &'env Env,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.manage(env, Touches::All, move || {
            request.check_agreement_timeout()?;
            Ok(UpdateAliases(request.parse()?))
        })
    }

    /// Lists all aliases.
    #[napi(ts_return_type = "Promise<Schemas['CollectionsAliasesResponse']>")]
    pub fn get_aliases<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.inspect(env, Touches::All, ListAliases { collection: None })
    }

    /// Lists the aliases of a collection.
    #[napi(ts_return_type = "Promise<Schemas['CollectionsAliasesResponse']>")]
    pub fn get_collection_aliases<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.inspect(env, Touches::All, ListAliases { collection: Some(collection_name) })
    }
}
