//! The functions that embed images and texts with models on this machine.

mod input;
mod models;
mod options;
mod progress;
mod rerank;
mod signal;
mod split;

use std::collections::HashMap;
use std::future::Future;

use napi::bindgen_prelude::{Either, Float32ArraySlice, PromiseRaw, ToNapiValue, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Error as NapiError, Status};
use napi_derive::napi;
use parking_lot::Mutex;
use qdrant_embedded_embedding::{
    Cancel, CancelOnDrop, Embedding, Error, ErrorKind, Pending, embed_images as start_images,
    embed_texts as start_texts, embed_usable_images as start_usable_images, model_cache_dir as cache_dir,
    on_warning as listen, set_onnx_runtime_path as set_library, unload_model as unload,
};
use serde_json::json;

use crate::cancellation::Cancellation;
use crate::lifecycle::{Environment, Held};
use crate::promise::Promises;
use crate::response::to_js_value;
use input::{read_images, read_texts};
use options::{LocalModel, read_options, to_source};

/// It is weak: it does not keep the process alive.
type WarningListener = ThreadsafeFunction<String, Unknown<'static>, String, Status, false, true>;

/// Vectors, copied into JavaScript's memory, since some runtimes, such as Electron, take no other.
type Vectors<'env> = Vec<Float32ArraySlice<'env>>;

/// Embeds images: resolves to one vector of unit length for each, in the same order.
///
/// An image is the path of a JPEG, PNG, WebP, GIF or BMP file, or the content of one, which is copied
/// before this returns. It is embedded as a viewer shows it: upright, whatever its EXIF orientation;
/// its first frame, when it is animated; on white, where it is transparent.
///
/// The default model is `Qdrant/clip-ViT-B-32-vision` with 512 dimensions. Its vectors can be compared
/// with those that `embedTexts` makes by default, so that photos can be searched by words. A model is
/// downloaded when it is first used (this one has 352 MB), into `modelCacheDir()`, and stays loaded
/// until `unloadModel`, or until it was not used for `unloadAfter`. It works on a thread of its own, one call after the other.
///
/// Rejects with a `QdrantError` that names the first image that cannot be used, by its index from 0
/// and its path, unless `onError` is `'skip'`: status 404 for a missing file, 400 for one that is damaged or too large (more than
/// 128 megapixels or 512 MB). Status 404 is also for an unknown model, and for one that is not here
/// while `localFilesOnly` is set; 503 for a hub that cannot be reached; 500 for a missing or unusable
/// ONNX Runtime library.
///
/// ```js
/// const [cat, dog] = await embedImages(['cat.jpg', await readFile('dog.png')])
/// await client.upsert('photos', { points: [{ id: 1, vector: cat }, { id: 2, vector: dog }] })
/// ```
#[napi(
    ts_args_type = "images: ReadonlyArray<string | Uint8Array>, options?: (EmbedOptions & { onError?: 'throw' }) | null",
    ts_return_type = "Promise<Float32Array[]>"
)]
pub fn embed_images<'env>(
    env: &'env Env,
    images: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vectors<'env>>> {
    let options = read_options(options)?;
    promise(env, start_images(read_images(images)?, options), call)
}

/// Embeds images as `embedImages` does with `onError: 'skip'`: for each a vector, or why there is none.
#[napi(skip_typescript)]
pub fn embed_usable_images<'env>(
    env: &'env Env,
    images: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vec<Either<Float32ArraySlice<'env>, String>>>> {
    let options = read_options(options)?;
    let (vectors, failures) = start_usable_images(read_images(images)?, options);
    let vectors = async move { vectors.await.map_err(|error| to_js_error(&error)) };
    let held = Held::nothing(Environment::current(env)?);
    Promises::promise(held, env, unless_cancelled(env, call, vectors)?, move |env, vectors| {
        let failures: HashMap<_, _> = failures.lock().drain(..).collect();
        let result = |(index, vector): (usize, Embedding)| match failures.get(&index) {
            None => Float32ArraySlice::copy_from(env, &vector).map(Either::A),
            Some(error) => Ok(Either::B(to_js_error(error).reason)),
        };
        to_js_value(env, vectors?.into_iter().enumerate().map(result).collect::<napi::Result<Vec<_>>>()?)
    })
}

/// Embeds texts: resolves to one vector of unit length for each, in the same order.
///
/// The default model is `Qdrant/clip-ViT-B-32-text` with 512 dimensions, the other half of the default
/// model of `embedImages`: the vector of "a cat asleep" is near those of such pictures. To compare texts
/// with each other, models made for that are better, such as `Qdrant/all-MiniLM-L6-v2-onnx`. What a
/// text has beyond the model's limit (77 tokens for CLIP, at most 512) is left out.
///
/// Models, options and errors are as with `embedImages`.
///
/// ```js
/// const [query] = await embedTexts(['a cat asleep on a sofa'])
/// const { points } = await client.query('photos', { query, limit: 5, with_payload: true })
/// ```
#[napi(
    ts_args_type = "texts: ReadonlyArray<string>, options?: EmbedOptions | null",
    ts_return_type = "Promise<Float32Array[]>"
)]
pub fn embed_texts<'env>(
    env: &'env Env,
    texts: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vectors<'env>>> {
    let options = read_options(options)?;
    promise(env, start_texts(read_texts(texts)?, options), call)
}

/// Frees the memory of a model, or of all models, once the calls made so far are answered. Resolves to
/// the number of models freed: 0 if it was not loaded, 2 for `'clip'` if images and texts were embedded.
/// The files stay, and a later call loads the model again.
///
/// ```js
/// await unloadModel('clip')
/// ```
#[napi(ts_args_type = "model?: string | LocalModel | null", ts_return_type = "Promise<number>")]
pub fn unload_model<'env>(
    env: &'env Env,
    model: Option<Either<String, LocalModel>>,
) -> napi::Result<PromiseRaw<'env, u32>> {
    let model = model.map(to_source).transpose()?;
    env.spawn_future(async move {
        match tokio::task::spawn_blocking(move || unload(model.as_ref())).await {
            Ok(Ok(count)) => Ok(u32::try_from(count).unwrap_or(u32::MAX)),
            Ok(Err(error)) => Err(to_js_error(&error)),
            Err(error) => Err(NapiError::from_reason(error.to_string())),
        }
    })
}

/// The folder in which downloaded models are kept, unless a call has a `cacheDir`: that of the
/// environment variable `HF_HOME`, else `qdrant-embedded/models` in the user's cache folder
/// (`~/.cache`, `~/Library/Caches` or `%LOCALAPPDATA%`). It need not exist yet.
#[napi]
pub fn model_cache_dir() -> napi::Result<String> {
    let folder = cache_dir().map_err(|error| NapiError::from_reason(error.to_string()))?;
    Ok(folder.to_string_lossy().into_owned())
}

/// Has `listener` told of warnings, as long as this environment lasts, unless an older one hears of them.
#[napi(skip_typescript)]
pub fn on_warning(listener: WarningListener) {
    static LISTENERS: Mutex<Vec<WarningListener>> = Mutex::new(Vec::new());
    let mut listeners = LISTENERS.lock();
    listeners.retain(|listener| !listener.aborted());
    listeners.push(listener);
    // The oldest environment speaks for the process.
    listen(|message| {
        LISTENERS.lock().iter().any(|listener| {
            listener.call(message.to_owned(), ThreadsafeFunctionCallMode::NonBlocking) == Status::Ok
        });
    });
}

/// Tells where the ONNX Runtime library is that came with the package.
#[napi(skip_typescript)]
pub fn set_onnx_runtime_path(path: String) {
    set_library(path);
}

/// The promise of the vectors that `pending` gives, unless the call of that number is cancelled.
fn promise(env: &Env, pending: Pending, call: Option<u32>) -> napi::Result<PromiseRaw<'_, Vectors<'_>>> {
    let vectors = async move { pending.await.map_err(|error| to_js_error(&error)) };
    let held = Held::nothing(Environment::current(env)?);
    Promises::promise(held, env, unless_cancelled(env, call, vectors)?, |env, vectors| {
        let vectors = vectors?;
        let vectors = vectors.iter().map(|vector| Float32ArraySlice::copy_from(env, vector));
        to_js_value(env, vectors.collect::<napi::Result<Vec<_>>>()?)
    })
}

/// The promise of what `work` gives, which may block, unless the call of that number is cancelled.
fn blocking<T: ToNapiValue + Send + 'static>(
    env: &Env,
    call: Option<u32>,
    work: impl FnOnce(&Cancel) -> Result<T, Error> + Send + 'static,
) -> napi::Result<PromiseRaw<'_, T>> {
    let result = async move {
        let given_up = CancelOnDrop::default();
        let cancel = given_up.cancel();
        match tokio::task::spawn_blocking(move || work(&cancel)).await {
            Ok(result) => result.map_err(|error| to_js_error(&error)),
            Err(error) => Err(NapiError::from_reason(error.to_string())),
        }
    };
    env.spawn_future(unless_cancelled(env, call, result)?)
}

/// What `result` gives, which is dropped when the call of that number is cancelled.
fn unless_cancelled<T: Send + 'static>(
    env: &Env,
    call: Option<u32>,
    result: impl Future<Output = napi::Result<T>> + Send + 'static,
) -> napi::Result<impl Future<Output = napi::Result<T>> + Send + 'static> {
    let cancellation = call
        .map(|call| Environment::current(env).map(|environment| Cancellation::of(call, &environment)))
        .transpose()?;
    Ok(async move {
        let Some(mut cancellation) = cancellation else { return result.await };
        tokio::select! {
            result = result => result,
            () = cancellation.told() => Err(NapiError::from_reason("the call was cancelled")),
        }
    })
}

/// An error whose message holds what `lib/errors.js` needs.
fn to_js_error(error: &Error) -> NapiError {
    let status = match error.kind() {
        ErrorKind::Invalid => 400,
        ErrorKind::NotFound => 404,
        ErrorKind::HubUnavailable => 503,
        _ => 500,
    };
    NapiError::new(
        Status::GenericFailure,
        json!({ "status": status, "message": error.to_string() }).to_string(),
    )
}

/// The error for an argument that cannot be used.
fn bad_argument(message: impl Into<String>) -> NapiError {
    NapiError::new(Status::InvalidArg, json!({ "status": 400, "message": message.into() }).to_string())
}
