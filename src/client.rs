//! The class `QdrantClient`: one method per operation, each a message to the engine.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use napi::bindgen_prelude::PromiseRaw;
use napi::{Env, Error as NapiError, Status};
use napi_derive::napi;
use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    BatchUpdate, ClearPayload, CountPoints, CreatePayloadIndex, CreateVectorName, DeletePayload,
    DeletePayloadIndex, DeletePayloadIndexParams, DeletePoints, DeleteVectorName, DeleteVectors,
    DiscoverBatch, DiscoverPoints, Facet, GetOptimizations, GetPoint, OverwritePayload, QueryBatch,
    QueryGroups, QueryPoints, RecommendBatch, RecommendPointGroups, RecommendPoints, RetrievePoints,
    ScrollPoints, SearchBatch, SearchMatrixOffsets, SearchMatrixPairs, SearchPointGroups, SearchPoints,
    SetPayload, UpdateCollection, UpdateVectors, UpsertPoints, VectorNameParams,
};
use qdrant_embedded_engine::{
    CollectionExists, Config, CreateCollectionNamed, DeleteCollection, Durability, Error, Inspect, ListAliases,
    ListCollections, Location, Manage, QdrantClient as EngineClient, QdrantInstance, Read, Reconfigure,
    RecreateCollection, Result, Touches, UpdateAliases, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lifecycle::{Environment, Held};
use crate::logging;
use crate::promise::Promises;
use crate::request::Request;
use crate::response::{answer_text, to_js_error};

/// Where a client keeps its data, and how it works. Give either `path` or `location`.
#[napi(object, object_to_js = false)]
pub struct ClientOptions {
    /// Storage folder, created when it is missing. One process at a time may hold it; clients of one
    /// process, its worker threads included, share one engine.
    pub path: Option<String>,
    /// `':memory:'` for a private temporary store, removed on close; anything else is a folder.
    pub location: Option<String>,
    /// Threads that answer reads. Default: one per CPU core. Counts only for the client that opens
    /// the folder first, as do the other numbers.
    pub search_threads: Option<u32>,
    /// Threads that apply writes. Default: half the cores, at least one.
    pub update_threads: Option<u32>,
    /// CPU cores that background indexing may use. Default: all but one, at least one.
    pub optimizer_cpus: Option<u32>,
    /// What an acknowledged write survives. `'process'`: the end of the process, however it comes; a
    /// power cut may cost what was written since the last flush, by default of the last five seconds.
    /// `'sync'`: a power cut too, since every write waits for the disk. Default: `'process'`. See
    /// `docs/storage.md`.
    #[napi(ts_type = "'process' | 'sync'")]
    pub durability: Option<String>,
    /// Prints diagnostics to stderr, by a filter such as `'info'` or
    /// `'qdrant_embedded_engine=debug'`. Default: the environment variable `QDRANT_EMBEDDED_LOG`,
    /// else silence.
    pub log: Option<String>,
}

impl ClientOptions {
    fn config(&self) -> napi::Result<Config> {
        let location = match (self.path.as_deref(), self.location.as_deref()) {
            (Some(_), Some(_)) => return Err(invalid("give either `path` or `location`, not both")),
            (None, Some(":memory:")) => Location::Memory,
            (Some(path), None) | (None, Some(path)) if !path.is_empty() => {
                Location::Path(PathBuf::from(path))
            }
            _ => return Err(invalid("give a storage folder as `path`, or `location: ':memory:'`")),
        };
        let mut config = match location {
            Location::Memory => Config::in_memory(),
            Location::Path(path) => Config::at(path),
        };
        let set = |field: &mut usize, value: Option<u32>| {
            if let Some(value) = value {
                *field = value.max(1) as usize;
            }
        };
        set(&mut config.search_threads, self.search_threads);
        set(&mut config.update_threads, self.update_threads);
        set(&mut config.optimizer_cpus, self.optimizer_cpus);
        config.durability = match self.durability.as_deref() {
            None | Some("process") => Durability::Process,
            Some("sync") => Durability::Sync,
            Some(_) => return Err(invalid("`durability` is 'process' or 'sync'")),
        };
        Ok(config)
    }
}

fn invalid(reason: &str) -> NapiError {
    NapiError::new(Status::InvalidArg, reason.to_owned())
}

/// Opens a storage folder, or a temporary store, and resolves to a client of it once it is open.
///
/// With a `url` instead, resolves to a client of the Qdrant server there: the REST client of
/// `@qdrant/js-client-rest`, with the same methods and errors as one of a folder. Options that say both, or
/// neither, are rejected with a `QdrantClientConfigError` of that package.
///
/// Rejects with a `QdrantError` of code `STORAGE_LOCKED` when another process holds the folder, and
/// of code `STORAGE_DAMAGED` when it is of a newer format or holds something else.
///
/// ```js
/// const client = await connect({ path: './data' })
/// const remote = await connect({ url: 'https://qdrant.example.org:6333', apiKey: 'secret' })
/// ```
#[napi(ts_args_type = "options: EmbeddedOptions | ServerOptions", ts_return_type = "Promise<QdrantClient>")]
pub fn connect(env: &Env, options: ClientOptions) -> napi::Result<PromiseRaw<'_, QdrantClient>> {
    let client = QdrantClient::new(*env, options)?;
    env.spawn_future(async move {
        let engine = client.engine().map_err(|error| to_js_error(&error))?;
        let opening = tokio::task::spawn_blocking(move || engine.wait_until_open());
        match opening.await {
            Ok(Ok(())) => Ok(client),
            Ok(Err(error)) => Err(to_js_error(&error)),
            Err(error) => Err(to_js_error(&Error::Service(error.to_string()))),
        }
    })
}

/// A Qdrant in this process, or a server, as a client of `@qdrant/js-client-rest`: an instance of its class,
/// which works wherever that does.
///
/// `new QdrantClient({ path })` opens the folder in the background: calls wait for it, and fail with
/// the reason if it cannot be opened. `connect` waits for it.
///
/// Writes to one collection are applied in call order, also when they are not awaited; reads run in
/// parallel. Every method rejects with a `QdrantError` that has the `status` and the
/// `data.status.error` of a Qdrant server.
///
/// ```js
/// const client = await connect({ path: './data' })
/// await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
/// await client.upsert('photos', { points: [{ id: 1, vector: [0.1, 0.2, 0.3, 0.4], payload: { name: 'sea' } }] })
/// const { points } = await client.query('photos', { query: [0.1, 0.2, 0.3, 0.4], limit: 3, with_payload: true })
/// await client.close()
/// ```
#[napi]
pub struct QdrantClient {
    /// The engine's client, or why there is none.
    client: Result<Arc<EngineClient>>,
    environment: Arc<Environment>,
}

impl Drop for QdrantClient {
    fn drop(&mut self) {
        if let Ok(client) = &self.client {
            self.environment.release(client.clone());
        }
    }
}

impl QdrantClient {
    fn engine(&self) -> Result<Arc<EngineClient>> {
        self.client.clone()
    }

    fn read<'env, R>(
        &self,
        env: &'env Env,
        collection: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        R: Read + DeserializeOwned,
        R::Output: Serialize,
    {
        let request = request.unwrap_or_default();
        let timeout = request.timeout().map_err(|error| to_js_error(&error))?;
        self.call(env, async move |client| {
            client.read_with(&collection, timeout, move || request.parse::<R>()).await
        })
    }

    fn write<'env, W>(
        &self,
        env: &'env Env,
        collection: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        W: Write + DeserializeOwned,
        W::Output: Serialize,
    {
        self.write_built(env, collection, request, |request| request.parse::<W>())
    }

    /// As [`write`](Self::write), of more than the request.
    fn write_built<'env, W>(
        &self,
        env: &'env Env,
        collection: String,
        request: Option<Request>,
        build: impl FnOnce(&Request) -> Result<W> + Send + 'static,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        W: Write,
        W::Output: Serialize,
    {
        let request = request.unwrap_or_default();
        let timeout = request.timeout().map_err(|error| to_js_error(&error))?;
        self.call(env, async move |client| {
            client.write_with(&collection, timeout, move || build(&request)).await
        })
    }

    fn reconfigure<'env, R>(
        &self,
        env: &'env Env,
        collection: String,
        request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        R: Reconfigure + DeserializeOwned,
    {
        let request = request.unwrap_or_default();
        self.call(env, async move |client| {
            client.reconfigure_with(&collection, move || request.parse::<R>()).await
        })
    }

    fn inspect<'env, I>(
        &self,
        env: &'env Env,
        touches: Touches,
        operation: I,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        I: Inspect,
        I::Output: Serialize,
    {
        self.call(env, async move |client| client.inspect(touches, operation).await)
    }

    fn manage<'env, M>(
        &self,
        env: &'env Env,
        touches: Touches,
        build: impl FnOnce() -> Result<M> + Send + 'static,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        M: Manage,
        M::Output: Serialize,
    {
        self.call(env, async move |client| client.manage_with(touches, build).await)
    }

    /// Queues a call and makes the promise of its answer.
    ///
    /// The first poll happens here, on the JavaScript thread, because it takes the call's place in
    /// line: calls are applied in the order in which they were made.
    fn call<'env, O, F>(
        &self,
        env: &'env Env,
        call: impl FnOnce(Arc<EngineClient>) -> F,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        O: Serialize,
        F: Future<Output = Result<O>> + Send + 'static,
    {
        let client = self.engine().map_err(|error| to_js_error(&error))?;
        let held = Held::new(client.clone(), self.environment.clone());
        let answer = call(client);
        Promises::promise(held, env, async move { answer_text(answer.await) })
    }
}

#[napi]
impl QdrantClient {
    /// Makes a client whose storage is opened in the background, or one of a server; see `connect`.
    #[napi(constructor, ts_args_type = "options: EmbeddedOptions | ServerOptions")]
    pub fn new(env: Env, options: ClientOptions) -> napi::Result<Self> {
        logging::start(options.log.as_deref());
        let environment = Environment::current(&env)?;
        let client = QdrantInstance::launch(options.config()?);
        if let Ok(client) = &client {
            environment.adopt(client);
        }
        Ok(Self { client, environment })
    }

    /// Waits for the calls made so far and closes this client. The last client of a folder flushes the
    /// data and releases the folder before this resolves. Closing twice is harmless; later calls are
    /// rejected with code `CLIENT_CLOSED`. Rejects when the data cannot be flushed: the client then
    /// stays open and `close` can be tried again. A client of a server has nothing to close.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        let client = self.engine().map_err(|error| to_js_error(&error))?;
        // On a thread of its own runtime: the engine's threads end with it.
        env.spawn_future(async move { Ok(answer_text(client.close().await)) })
    }

    /// Writes everything that was called before, of every collection, to the disk. When this resolves, a
    /// power cut cannot take it any more.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn flush<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.call(env, async move |client| client.flush().await)
    }

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

    /// Creates a collection. Rejects with status 409 when the name is taken.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'createCollection'>",
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
            Ok(CreateCollectionNamed { name: collection_name, request: request.parse()? })
        })
    }

    /// Changes settings of a collection; what is not given, or `null`, stays as it is. `"Disabled"` removes
    /// a quantization, and a `null` in `metadata` removes a key. Waits for the optimizer, if it is at
    /// work and the change touches more than graphs and the optimizer itself; existing data follows in
    /// the background. Rejects with status 400 for a vector that does not exist.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'updateCollection'>",
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
        ts_args_type = "collectionName: string, args?: Args<'recreateCollection'>",
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
        ts_args_type = "collectionName: string, vectorName: string, config: Schemas['VectorNameConfig'], args?: Pick<Args<'upsert'>, 'wait' | 'ordering' | 'timeout'>",
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
        ts_args_type = "collectionName: string, vectorName: string, args?: Pick<Args<'upsert'>, 'wait' | 'ordering' | 'timeout'>",
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
        _request: Option<Request>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let touches = Touches::Name(collection_name.clone());
        self.manage(env, touches, || Ok(DeleteCollection { name: collection_name }))
    }

    /// Creates, deletes and renames aliases: all of the actions, or none when one of them fails.
    #[napi(
        ts_args_type = "args: Parameters<RestClient['updateCollectionAliases']>[0]",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn update_collection_aliases<'env>(
        &self,
        env: &'env Env,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.manage(env, Touches::All, move || Ok(UpdateAliases(request.parse()?)))
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

    /// Inserts points, or replaces those with the same ids. All of them are written, or none when one
    /// is wrong. `wait` is `true` unless given; with `false` the answer is `acknowledged`, but comes
    /// just as late, since what is acknowledged is also kept.
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
        ts_args_type = "collectionName: string, args: { id: PointId }",
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

    /// Finds points by a query of any kind, perhaps among those that a `prefetch` finds. Without a
    /// `query`, returns points by their ids.
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
