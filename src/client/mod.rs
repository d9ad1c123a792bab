//! The class `QdrantClient`: one method per operation, each a message to the engine.

mod inference;
mod options;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::{
    Config, Error, Inspect, Manage, QdrantClient as EngineClient, QdrantInstance, Read, Reconfigure, Result,
    Touches, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cancellation::Cancellation;
use crate::lifecycle::{Environment, Held};
use crate::logging;
use crate::promise::Promises;
use crate::request::Request;
use crate::response::{Answer, to_js_error, to_js_value};
use inference::LocalModels;
use options::ClientOptions;

/// Opens a storage folder, or a temporary store, and resolves to a client of it once it is open.
///
/// With a `url` instead, resolves to a client of the Qdrant server there: the REST client of
/// `@qdrant/js-client-rest`, with the same methods and errors as one of a folder. Options that say both, or
/// neither, are rejected with a `QdrantClientConfigError` of that package.
///
/// Rejects with a `QdrantError` of code `STORAGE_LOCKED` when another process holds the folder, and
/// of code `STORAGE_DAMAGED` when it is of a newer format or holds something else, of code
/// `STORAGE_UNAVAILABLE` when the system refuses access to it.
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
        let cancellation = request.call().map(|call| Cancellation::of(call, &self.environment));
        self.call(env, async move |client| {
            let answer = client.read_with(&collection, timeout, move || request.parse::<R>());
            match cancellation {
                Some(cancellation) => cancellation.unless(answer).await,
                None => answer.await,
            }
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
            let build = move || {
                request.check_agreement_timeout()?;
                request.parse::<R>()
            };
            client.reconfigure_with(&collection, build).await
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
        Promises::promise(held, env, async move { Answer::new(answer.await) }, to_js_value)
    }
}

#[napi]
impl QdrantClient {
    /// Makes a client whose storage is opened in the background, or one of a server; see `connect`.
    #[napi(constructor, ts_args_type = "options: EmbeddedOptions | ServerOptions")]
    pub fn new(env: Env, options: ClientOptions) -> napi::Result<Self> {
        logging::start(options.log.as_deref());
        let environment = Environment::current(&env)?;
        let models = options.inference.clone().unwrap_or_default().models()?;
        let inference = LocalModels::new(models, environment.ended());
        let config = Config { inference: Some(Arc::new(inference)), ..options.config()? };
        let client = QdrantInstance::launch(config);
        if let Ok(client) = &client {
            environment.adopt(client);
        }
        Ok(Self { client, environment })
    }

    /// Waits for the calls made so far and closes this client. The last client of a folder flushes the
    /// data and releases the folder before this resolves; an optimization that runs is waited for, which may
    /// take minutes after a large load, unless a `timeout` is given. Closing twice is harmless; later calls are
    /// rejected with code `CLIENT_CLOSED`. Rejects when the data cannot be flushed: the client then
    /// stays open and `close` can be tried again, but for a folder that was removed meanwhile: of that
    /// one it is closed, and what was not flushed is lost. A client of a server has nothing to close.
    #[napi(ts_args_type = "options?: CloseOptions", ts_return_type = "Promise<void>")]
    pub fn close<'env>(
        &self,
        env: &'env Env,
        timeout: Option<f64>,
    ) -> napi::Result<PromiseRaw<'env, Answer>> {
        let patience = timeout.map(|seconds| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|error| to_js_error(&Error::QueryParameter(format!("timeout: {error}"))))
        });
        let patience = patience.transpose()?;
        let client = self.engine().map_err(|error| to_js_error(&error))?;
        client.refuse_calls();
        // On a thread of its own runtime: the engine's threads end with it.
        env.spawn_future(async move {
            Ok(Answer::new(match patience {
                Some(patience) => client.close_within(patience).await,
                None => client.close().await,
            }))
        })
    }

    /// Writes everything that was called before, of every collection, to the disk. When this resolves, a
    /// power cut cannot take it any more. Rejects when the disk refuses. A client of a server has nothing to
    /// flush.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn flush<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.call(env, async move |client| client.flush().await)
    }
}

// Here, so that in `index.d.ts` the class begins with its constructor.
mod collections;
mod payload;
mod points;
mod queries;
mod searches;
mod snapshots;
