//! What a client is told of its models.

use std::collections::HashMap;
use std::path::PathBuf;

use napi::Error as NapiError;
use napi_derive::napi;
use qdrant_embedded_embedding::{FolderSettings, ModelKind, ModelSource, Models, RegisteredModel};

use crate::client::options::invalid;
use crate::folder_settings::{Given, choice, count, execution_providers};

/// The models that requests name as `{ text, model }` and `{ image, model }`. All of it is optional: the
/// models of fastembed have their names of the Hugging Face hub.
#[napi(object, object_to_js = false)]
#[derive(Clone, Debug, Default)]
pub struct InferenceOptions {
    /// More models, by names of your choice: in folders, or of the hub with settings of your own.
    pub models: Option<HashMap<String, InferenceModel>>,
    /// Folder in which downloaded models are kept. Default: `modelCacheDir()`.
    pub cache_dir: Option<String>,
    /// How many inputs a model takes at once: more take more memory. Default: 8 images, 32 texts.
    pub batch_size: Option<f64>,
    /// CPU cores that a model uses; at most those that there are. Default: all but one.
    pub threads: Option<f64>,
    /// What runs a model, in the order of preference: what one cannot do, the next does, and the CPU what is
    /// left. One that the ONNX Runtime library lacks, or that does not work here, is left out, with a warning
    /// of the process, of code `EXECUTION_PROVIDER_UNAVAILABLE`. Default: `['cpu']`.
    #[napi(ts_type = "ReadonlyArray<ExecutionProvider>")]
    pub execution_providers: Option<Vec<String>>,
    /// Never download a model: refuse requests for one that is not here. Default: `false`.
    pub local_files_only: Option<bool>,
    /// Whether the `image` of a request may be an `http://` or `https://` URL, which is then loaded from
    /// there: at most 32 MB, within 30 seconds. Default: `false`.
    pub allow_http_images: Option<bool>,
}

/// A model for requests. Give either `path` or `model`.
#[napi(object, object_to_js = false)]
#[derive(Clone, Debug)]
pub struct InferenceModel {
    /// Folder with `model.onnx`, and with `preprocessor_config.json` of an image model, or else
    /// `tokenizer.json`, `config.json`, `special_tokens_map.json` and `tokenizer_config.json`, and
    /// `idf.json` of a sparse model without inference for queries.
    pub path: Option<String>,
    /// Name of a model of the hub.
    pub model: Option<String>,
    /// What it makes: a vector of a text or of an image, a sparse vector of a text, a vector of each token
    /// of a text, or the three kinds of vectors of BGE-M3. A folder needs it; of a model of the hub it is
    /// known.
    #[napi(ts_type = "'text' | 'image' | 'sparse' | 'multivector' | 'bge-m3'")]
    pub kind: Option<String>,
    /// How the token vectors of a folder's text model become one. Default: what its
    /// `1_Pooling/config.json` says, else `'mean'`.
    #[napi(ts_type = "'mean' | 'cls'")]
    pub pooling: Option<String>,
    /// Whether the vectors of a folder's text or multivector model are made of unit length. Those of image
    /// models always are. Default: `true`.
    pub normalize: Option<bool>,
    /// `'dynamic'` if a folder's text model was quantized by the values of a batch: texts are then embedded
    /// one by one, so that each has the same vector in any company. Default: `'static'`, also for a model
    /// that was not quantized.
    #[napi(ts_type = "'static' | 'dynamic'")]
    pub quantization: Option<String>,
    /// Dimension that the vectors of a folder's model must have. Default: any.
    pub dimension: Option<f64>,
    /// Tokens of a text at most; what it has beyond is left out. Default: 512, or less if
    /// `tokenizer_config.json` says so.
    pub max_tokens: Option<f64>,
    /// How the scores of a folder's sparse model become weights: `'splade'`, or `'inference-free'`, whose
    /// queries are looked up in `idf.json`. Default: `'splade'`.
    #[napi(ts_type = "'splade' | 'inference-free'")]
    pub sparse: Option<String>,
    /// Put before every text of a query, such as `'query: '`. Default: nothing.
    pub query_prefix: Option<String>,
    /// Put before every text to be stored, such as `'passage: '`. Default: nothing.
    pub document_prefix: Option<String>,
}

impl InferenceOptions {
    pub(in crate::client) fn models(self) -> napi::Result<Models> {
        let Self {
            models,
            cache_dir,
            batch_size,
            threads,
            execution_providers: providers,
            local_files_only,
            allow_http_images,
        } = self;
        let registered = models.into_iter().flatten().map(|(name, model)| {
            let model = model.registered(&format!("inference.models['{name}']"))?;
            Ok((name, model))
        });
        Ok(Models {
            registered: registered.collect::<napi::Result<_>>()?,
            cache_dir: cache_dir.map(PathBuf::from),
            batch_size: count("inference.batchSize", batch_size).map_err(refused)?,
            threads: count("inference.threads", threads).map_err(refused)?,
            execution_providers: execution_providers("inference.executionProviders", providers)
                .map_err(refused)?,
            local_files_only: local_files_only.unwrap_or(false),
            allow_http_images: allow_http_images.unwrap_or(false),
        })
    }
}

impl InferenceModel {
    /// `at` is where the model is in the options.
    fn registered(self, at: &str) -> napi::Result<RegisteredModel> {
        let Self {
            path,
            model,
            kind,
            pooling,
            normalize,
            quantization,
            dimension,
            max_tokens,
            sparse,
            query_prefix,
            document_prefix,
        } = self;
        let kind =
            choice(&format!("{at}.kind"), kind, &KINDS.map(|kind| (kind.name(), kind))).map_err(refused)?;
        let given = Given { pooling, normalize, quantization, dimension, max_tokens, sparse };
        let settings = given.settings(at).map_err(refused)?;
        let source = match (path, model) {
            (Some(path), None) if kind.is_none() => {
                return Err(invalid(&format!("`{at}` is the folder {path} and needs a `kind`: {}", kinds())));
            }
            (Some(path), None) => {
                if kind == Some(ModelKind::Image) && settings.keep_length {
                    return Err(invalid(&format!("`{at}.normalize` cannot be false: it is an image model")));
                }
                ModelSource::Folder { path: path.into(), settings }
            }
            (None, Some(_)) if settings != FolderSettings::default() => {
                return Err(invalid(&format!(
                    "`{at}` is a model of the hub, whose settings are known: only a `path` has others"
                )));
            }
            (None, Some(name)) => ModelSource::Named(name),
            _ => return Err(invalid(&format!("`{at}` needs either a `path` or a `model`"))),
        };
        Ok(RegisteredModel {
            source,
            kind,
            query_prefix: query_prefix.unwrap_or_default(),
            document_prefix: document_prefix.unwrap_or_default(),
        })
    }
}

const KINDS: [ModelKind; 5] =
    [ModelKind::Text, ModelKind::Image, ModelKind::Sparse, ModelKind::Multivector, ModelKind::BgeM3];

fn kinds() -> String {
    KINDS.map(|kind| format!("'{}'", kind.name())).join(", ")
}

fn refused(reason: String) -> NapiError {
    invalid(&reason)
}
