//! Options of the embedding functions.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use napi::Error as NapiError;
use napi::bindgen_prelude::{Either, Unknown};
use napi_derive::napi;
use qdrant_embedded_embedding::{EmbedOptions as Options, ModelSource};

use super::bad_argument;
use super::input::read_options_object;
use super::progress::{Callback, listener};
use super::signal::Signal;
use crate::folder_settings::{self, Given};

/// How to embed. All of it is optional.
#[napi(object, object_to_js = false)]
pub struct EmbedOptions {
    /// Name of a model of the Hugging Face hub that fastembed knows, such as `Qdrant/resnet50-onnx`, or
    /// a model in a folder. Default: `'clip'`, which stands for `Qdrant/clip-ViT-B-32-vision` with
    /// images, and for `Qdrant/clip-ViT-B-32-text` with texts.
    #[napi(ts_type = "string | LocalModel")]
    pub model: Option<Either<String, LocalModel>>,
    /// Folder in which downloaded models are kept. Default: `modelCacheDir()`.
    pub cache_dir: Option<String>,
    /// How many inputs the model takes at once: more take more memory. Default: 8 images, 32 texts.
    pub batch_size: Option<f64>,
    /// CPU cores that the model uses; at most those that there are. Default: all but one. Each number
    /// has a copy of the model of its own.
    pub threads: Option<f64>,
    /// What runs the model, in the order of preference: what one cannot do, the next does, and the CPU what
    /// is left. One that the ONNX Runtime library lacks, or that does not work here, is left out: that is
    /// told by `loadModel`, and as a warning of the process, with code `EXECUTION_PROVIDER_UNAVAILABLE`.
    /// Each list has a copy of the model of its own. Default: `['cpu']`.
    #[napi(ts_type = "ReadonlyArray<ExecutionProvider>")]
    pub execution_providers: Option<Vec<String>>,
    /// Never use the network: fail if the model is not here. Default: `false`.
    pub local_files_only: Option<bool>,
    /// Seconds without a call after which the model's memory is freed, as by `unloadModel`; the last call
    /// counts. `Infinity` keeps it. Default: 600.
    pub unload_after: Option<f64>,
    /// Hears how far this call is: about ten times a second while it downloads the model, and after
    /// every batch.
    #[napi(ts_type = "(progress: EmbedProgress) => void")]
    pub on_progress: Option<Callback>,
    /// Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
    /// one goes on with it; embedding stops after the batch at hand.
    #[napi(ts_type = "AbortSignal")]
    #[expect(dead_code, reason = "lib/native.js listens to it")]
    pub signal: Option<Signal>,
}

/// A model from files on this machine, which are those of a repository of the Hugging Face hub.
///
/// Image models: `model.onnx`, `preprocessor_config.json`. Text models: `model.onnx`, `tokenizer.json`,
/// `config.json`, `special_tokens_map.json`, `tokenizer_config.json`, and `model.onnx_data` if the
/// weights are in a file of their own.
#[napi(object, object_to_js = false)]
pub struct LocalModel {
    /// The folder.
    pub path: String,
    /// How a text model's token vectors become one vector: their average, or the first. Default: what
    /// the folder's `1_Pooling/config.json` says, else `'mean'`.
    #[napi(ts_type = "'mean' | 'cls'")]
    pub pooling: Option<String>,
    /// Whether the vectors of a text model are made of unit length. Those of image models always are.
    /// Default: `true`.
    pub normalize: Option<bool>,
    /// `'dynamic'` if a text model was quantized by the values of a batch: texts are then embedded one by
    /// one, so that each has the same vector in any company. Default: `'static'`, also for a model that was
    /// not quantized.
    #[napi(ts_type = "'static' | 'dynamic'")]
    pub quantization: Option<String>,
    /// Dimension that the vectors must have. Default: any.
    pub dimension: Option<f64>,
    /// Tokens of a text at most; what it has beyond is left out. Default: 512, or less if
    /// `tokenizer_config.json` says so.
    pub max_tokens: Option<f64>,
}

/// The options of a call. `undefined` and `null` stand for none.
pub fn read_options(options: Option<Unknown>) -> napi::Result<Options> {
    let Some(options) = read_options_object(options)? else { return Ok(Options::default()) };
    let EmbedOptions {
        model,
        cache_dir,
        batch_size,
        threads,
        execution_providers,
        local_files_only,
        unload_after,
        on_progress,
        signal: _,
    } = options;
    Ok(Options {
        model: model.map(to_source).transpose()?,
        cache_dir: cache_dir.map(PathBuf::from),
        batch_size: count("batchSize", batch_size)?,
        threads: count("threads", threads)?,
        execution_providers: folder_settings::execution_providers("executionProviders", execution_providers)
            .map_err(bad_argument)?,
        local_files_only: local_files_only.unwrap_or_default(),
        unload_after: unload_after.map(seconds).transpose()?,
        on_progress: on_progress.map(listener),
    })
}

/// What an option has to be, from a message of napi that ends with the name of the option.
pub fn wrong_type(error: NapiError) -> NapiError {
    let name = error.reason.rsplit('.').next().unwrap_or_default();
    let expected = match name {
        "model" => "a name or an object with a `path`",
        "cacheDir" | "kind" => "a string",
        "batchSize" | "maxTokens" | "overlap" | "threads" | "unloadAfter" => "a number",
        "executionProviders" => "a list of names",
        "localFilesOnly" => "a boolean",
        "onProgress" => "a function",
        _ => return bad_argument(format!("bad options: {}", error.reason)),
    };
    bad_argument(format!("`{name}` must be {expected}"))
}

pub fn to_source(model: Either<String, LocalModel>) -> napi::Result<ModelSource> {
    let LocalModel { path, pooling, normalize, quantization, dimension, max_tokens } = match model {
        Either::A(name) => return Ok(ModelSource::Named(name)),
        Either::B(folder) => folder,
    };
    let given = Given { pooling, normalize, quantization, dimension, max_tokens, sparse: None };
    let settings = given.settings("model").map_err(bad_argument)?;
    Ok(ModelSource::Folder { path: path.into(), settings })
}

pub fn count(name: &str, number: Option<f64>) -> napi::Result<Option<NonZeroUsize>> {
    folder_settings::count(name, number).map_err(bad_argument)
}

fn seconds(number: f64) -> napi::Result<Duration> {
    if number == f64::INFINITY {
        return Ok(Duration::MAX);
    }
    Duration::try_from_secs_f64(number)
        .map_err(|_| bad_argument(format!("`unloadAfter` must be a number of seconds, not {number}")))
}
