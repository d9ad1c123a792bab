//! The functions that list, download and load models.

use std::path::{Path, PathBuf};

use napi::Env;
use napi::bindgen_prelude::{Either, PromiseRaw, Unknown};
use napi_derive::napi;
use qdrant_embedded_embedding::{
    Execution, Fallback, LoadedModel as Loaded, ModelInfo as Info, ModelSource, Purpose,
    download_model as download, list_models as list, load_model as load,
};

use super::input::{read_options_object, read_text};
use super::options::{LocalModel, read_options, to_source};
use super::progress::{Callback, listener};
use super::signal::Signal;
use super::{blocking, to_js_error, unless_cancelled};

/// Which models to list. All of it is optional.
#[napi(object, object_to_js = false)]
pub struct ListModelsOptions {
    /// Only models of this kind. Default: all.
    #[napi(ts_type = "ModelKind")]
    pub kind: Option<String>,
    /// Folder in which downloaded models are kept. Default: `modelCacheDir()`.
    pub cache_dir: Option<String>,
}

/// A model that can be used by its name.
#[napi(object, object_from_js = false)]
pub struct ModelInfo {
    /// Its name: a repository of the Hugging Face hub. Where that holds several variants, it stands for the
    /// one in full precision; the name of another ends with its file.
    pub name: String,
    /// What it is for.
    #[napi(ts_type = "ModelKind")]
    pub kind: String,
    /// Numbers of a vector; of image and text models.
    pub dimension: Option<u32>,
    /// What it is, in a sentence.
    pub description: String,
    /// Its license by its name on the hub, where that is known.
    pub license: Option<String>,
    /// ISO 639 codes of the languages that it reads, or `'multilingual'` for dozens of them, where they are
    /// known.
    pub languages: Option<Vec<String>>,
    /// Bytes of its files, where they are here; else about as many as are to be downloaded, where that is
    /// known.
    pub size: Option<f64>,
    /// Whether all of its files are here, so that it works without a network.
    pub cached: bool,
}

/// A model in memory.
#[napi(object, object_from_js = false)]
pub struct LoadedModel {
    /// Its full name, or the absolute path of its folder.
    pub name: String,
    /// What it is for.
    #[napi(ts_type = "ModelKind")]
    pub kind: String,
    /// What runs it, in the order of preference; the CPU comes last.
    #[napi(ts_type = "ExecutionProvider[]")]
    pub execution_providers: Vec<String>,
    /// What it was to run on and does not, with the reason.
    pub unavailable: Vec<UnavailableProvider>,
}

/// What a model was to run on and does not.
#[napi(object, object_from_js = false)]
pub struct UnavailableProvider {
    /// Its name.
    #[napi(ts_type = "ExecutionProvider")]
    pub execution_provider: String,
    /// Why it cannot be used.
    pub reason: String,
}

/// Where to download a model to. All of it is optional.
#[napi(object, object_to_js = false)]
pub struct DownloadOptions {
    /// Folder in which downloaded models are kept. Default: `modelCacheDir()`.
    pub cache_dir: Option<String>,
    /// Hears how far the download is, about ten times a second.
    #[napi(ts_type = "(progress: EmbedProgress) => void")]
    pub on_progress: Option<Callback>,
    /// Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
    /// one goes on with it.
    #[napi(ts_type = "AbortSignal")]
    #[expect(dead_code, reason = "lib/native.js listens to it")]
    pub signal: Option<Signal>,
}

/// The models that can be used by their names, by kind and name. Needs no network.
///
/// ```js
/// const models = await listModels({ kind: 'text' })
/// console.table(models.map(({ name, dimension, cached }) => ({ name, dimension, cached })))
/// ```
#[napi(ts_args_type = "options?: ListModelsOptions | null", ts_return_type = "Promise<ModelInfo[]>")]
pub fn list_models<'env>(
    env: &'env Env,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vec<ModelInfo>>> {
    let ListModelsOptions { kind, cache_dir } =
        read_options_object(options)?.unwrap_or(ListModelsOptions { kind: None, cache_dir: None });
    let kind = kind.as_deref().map(Purpose::of_name).transpose().map_err(|error| to_js_error(&error))?;
    blocking(env, call, move |_| {
        let models = list(kind, cache_dir.as_deref().map(Path::new))?;
        Ok(models.into_iter().map(to_js).collect())
    })
}

/// Downloads a model, so that it can be used without a network from then on. Resolves when all of its files
/// are here; those that are here already are checked, and downloaded again if they are damaged. `'clip'` is
/// both of its models.
///
/// Needs no ONNX Runtime. A download that was interrupted, or cancelled by its `signal`, is gone on with by
/// the next one. Rejects with a `QdrantError`: status 404 for an unknown model, 503 for a hub that cannot be
/// reached or sends something else than it says, 500 for a folder that cannot be written.
///
/// ```js
/// await downloadModel('Qdrant/all-MiniLM-L6-v2-onnx', {
///   onProgress: ({ done, total, bytesPerSecond }) => console.log(done / total, bytesPerSecond),
///   signal: AbortSignal.timeout(600_000)
/// })
/// ```
#[napi(ts_args_type = "name: string, options?: DownloadOptions | null", ts_return_type = "Promise<void>")]
pub fn download_model<'env>(
    env: &'env Env,
    name: Unknown<'env>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, ()>> {
    let name = read_text("name", name)?;
    let options = read_options_object::<DownloadOptions>(options)?;
    let (cache_dir, on_progress) = options
        .map(|DownloadOptions { cache_dir, on_progress, signal: _ }| (cache_dir, on_progress))
        .unwrap_or_default();
    let (cache_dir, listener) = (cache_dir.map(PathBuf::from), on_progress.map(listener));
    blocking(env, call, move |cancel| download(&name, cache_dir.as_deref(), listener.as_ref(), cancel))
}

/// Loads a model into memory, after a download if need be, so that the next call with the same options need
/// not wait for it. A name loads the models of all kinds that it has: `'clip'` one for images, one for texts.
/// Resolves to those models, and to what runs each.
///
/// ```js
/// const loaded = await loadModel('clip', { executionProviders: ['coreml', 'dml', 'cuda'] })
/// for (const { name, executionProviders, unavailable } of loaded) console.log(name, executionProviders, unavailable)
/// ```
#[napi(
    ts_args_type = "model: string | LocalModel, options?: EmbedOptions | null",
    ts_return_type = "Promise<LoadedModel[]>"
)]
pub fn load_model<'env>(
    env: &'env Env,
    model: Either<String, LocalModel>,
    options: Option<Unknown<'env>>,
    call: Option<u32>,
) -> napi::Result<PromiseRaw<'env, Vec<LoadedModel>>> {
    let mut options = read_options(options)?;
    let model = to_source(model)?;
    options.model = Some(model);
    let loading = load(&options).map_err(|error| to_js_error(&error))?;
    let loaded = async move {
        let mut models = Vec::new();
        for model in loading {
            models.push(to_js_loaded(model.await.map_err(|error| to_js_error(&error))?));
        }
        Ok(models)
    };
    env.spawn_future(unless_cancelled(env, call, loaded)?)
}

fn to_js_loaded(model: Loaded) -> LoadedModel {
    let Loaded { source, purpose, execution: Execution { providers, fallbacks } } = model;
    let name = match source {
        ModelSource::Named(name) => name,
        ModelSource::Folder { path, settings: _ } => path.to_string_lossy().into_owned(),
    };
    let unavailable = |Fallback { provider, reason }| UnavailableProvider {
        execution_provider: provider.name().to_owned(),
        reason,
    };
    LoadedModel {
        name,
        kind: purpose.name().to_owned(),
        execution_providers: providers.iter().map(|provider| provider.name().to_owned()).collect(),
        unavailable: fallbacks.into_iter().map(unavailable).collect(),
    }
}

fn to_js(info: Info) -> ModelInfo {
    let Info { name, purpose, dimension, description, license, languages, size, cached } = info;
    ModelInfo {
        name,
        kind: purpose.name().to_owned(),
        dimension: dimension.and_then(|dimension| u32::try_from(dimension).ok()),
        description,
        license: license.map(str::to_owned),
        languages: languages.map(|languages| languages.into_iter().map(str::to_owned).collect()),
        size: size.map(|size| size as f64),
        cached,
    }
}
