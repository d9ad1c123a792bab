//! Embeddings of images and texts, computed on this machine: fastembed's models on ONNX Runtime.
//!
//! Every loaded model lives on a thread of its own, which serves the calls to it one after the other.
//! A call returns at once with its [`Pending`] result, to be awaited on any executor or waited for.
//!
//! ```no_run
//! use qdrant_embedded_embedding::{EmbedOptions, ImageSource, embed_images};
//!
//! let photos = vec![ImageSource::Path("a.jpg".into()), ImageSource::Path("b.png".into())];
//! let vectors = embed_images(photos, EmbedOptions::default()).wait()?;
//! assert_eq!(vectors[0].len(), 512);
//! # Ok::<(), qdrant_embedded_embedding::Error>(())
//! ```
//!
//! `decode` reads images, `hub` keeps and downloads models, `catalog` knows their names, `runtime`
//! loads ONNX Runtime, `image_model`, `text_model` and the other `…_model`s run them, `registry` and
//! `worker` hold them; `models` finds them for requests, by names; `split` cuts texts into chunks.

#![deny(missing_docs)]

mod bge_m3_model;
mod cancel;
mod catalog;
mod decode;
mod error;
mod facts;
mod hub;
mod image_model;
mod listing;
mod model;
mod models;
mod multivector_model;
mod options;
mod pending;
mod priority;
mod providers;
mod registry;
mod reranker;
mod runtime;
mod sparse_model;
mod split;
mod text_model;
mod tls;
mod warning;
mod worker;

pub use cancel::{Cancel, CancelOnDrop};
pub use catalog::Purpose;
pub use decode::ImageSource;
pub use error::{Error, ErrorKind, Result};
pub use hub::model_cache_dir;
pub use image_model::Failures;
pub use listing::{ModelInfo, download_model, list_models};
pub use model::Embedding;
pub use models::{ModelKind, Models, PendingVectors, RegisteredModel, Role, Vector};
pub use options::{
    EmbedOptions, FolderSettings, ModelSource, Pooling, Progress, ProgressListener, Quantization,
    SparseMethod,
};
pub use pending::Pending;
pub use providers::{Execution, ExecutionProvider, Fallback};
pub use runtime::{disable_telemetry, set_onnx_runtime_path};
pub use sparse_model::SparseVector;
pub use split::{Chunk, ChunkSize, split_text};
pub use warning::on_warning;

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bge_m3_model::BgeM3Model;
use image_model::{Image, ImageModel};
use model::{Model, ModelId, Surroundings, identify};
use multivector_model::MultivectorModel;
use registry::Registry;
use reranker::{Pair, Reranker};
use sparse_model::SparseModel;
use text_model::TextModel;
use worker::Job;

static IMAGE_MODELS: Registry<ImageModel> = Registry::new();
static TEXT_MODELS: Registry<TextModel> = Registry::new();
static SPARSE_MODELS: Registry<SparseModel> = Registry::new();
static MULTIVECTOR_MODELS: Registry<MultivectorModel> = Registry::new();
static BGE_M3_MODELS: Registry<BgeM3Model> = Registry::new();
static RERANKERS: Registry<Reranker> = Registry::new();

/// Embeds images: one vector for each, in the same order. The default model is
/// `Qdrant/clip-ViT-B-32-vision` with 512 dimensions.
///
/// # Errors
/// Names the first image that cannot be used, with its index; or tells why the model is not to be had.
pub fn embed_images(images: Vec<ImageSource>, options: EmbedOptions) -> Pending {
    embed(&IMAGE_MODELS, images.into_iter().map(Image::from).collect(), options)
}

/// Embeds images as [`embed_images`] does, but goes on without those that cannot be used: they get empty
/// vectors, and are told with the reasons once the call has ended.
///
/// # Errors
/// Tells why the model is not to be had.
pub fn embed_usable_images(images: Vec<ImageSource>, options: EmbedOptions) -> (Pending, Failures) {
    let failures = Failures::default();
    let image = |source| Image { source, failures: Some(failures.clone()) };
    let images = images.into_iter().map(image).collect();
    (embed(&IMAGE_MODELS, images, options), failures)
}

/// Embeds texts: one vector for each, in the same order. The default model is
/// `Qdrant/clip-ViT-B-32-text`, whose vectors can be compared with those of the default image model.
/// A text longer than the model takes is cut, usually after 77 (CLIP), 256 or 512 tokens.
///
/// # Errors
/// Tells why the model is not to be had.
pub fn embed_texts(texts: Vec<String>, options: EmbedOptions) -> Pending {
    embed(&TEXT_MODELS, texts, options)
}

/// Loads a model into memory, so that the next call with these options need not wait for it: of a name,
/// the models of all kinds that it has. Gives what ends when they are there.
///
/// # Errors
/// When there is no model of that name; those of the results tell why it is not to be had.
pub fn load_model(options: &EmbedOptions) -> Result<Vec<Loading>> {
    let purposes = match &options.model {
        None => vec![Purpose::Vectors(ModelKind::Image), Purpose::Vectors(ModelKind::Text)],
        Some(ModelSource::Named(name)) => {
            catalog::named(name)?.into_iter().map(|model| model.purpose).collect()
        }
        Some(ModelSource::Folder { path, .. }) if path.join(catalog::PREPROCESSOR_FILE).is_file() => {
            vec![Purpose::Vectors(ModelKind::Image)]
        }
        Some(ModelSource::Folder { .. }) => vec![Purpose::Vectors(ModelKind::Text)],
    };
    let loading = purposes.into_iter().map(|purpose| match purpose {
        Purpose::Vectors(ModelKind::Image) => load(&IMAGE_MODELS, purpose, options),
        Purpose::Vectors(ModelKind::Text) => load(&TEXT_MODELS, purpose, options),
        Purpose::Vectors(ModelKind::Sparse) => load(&SPARSE_MODELS, purpose, options),
        Purpose::Vectors(ModelKind::Multivector) => load(&MULTIVECTOR_MODELS, purpose, options),
        Purpose::Vectors(ModelKind::BgeM3) => load(&BGE_M3_MODELS, purpose, options),
        Purpose::Scores => load(&RERANKERS, purpose, options),
    });
    Ok(loading.collect())
}

/// Ends when a model is loaded.
pub type Loading = Pin<Box<dyn Future<Output = Result<LoadedModel>> + Send>>;

/// A model in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedModel {
    /// Which: by its full name, or by the absolute path of its folder.
    pub source: ModelSource,
    /// What it is for.
    pub purpose: Purpose,
    /// What runs it.
    pub execution: Execution,
}

fn load<M: Model>(registry: &'static Registry<M>, purpose: Purpose, options: &EmbedOptions) -> Loading {
    let source = ModelId::new::<M>(options).map(|id| id.source);
    let execution = Arc::new(OnceLock::new());
    let loading = submit(registry, Vec::new(), options.clone(), execution.clone());
    Box::pin(async move {
        loading.await?;
        let execution = execution.get().cloned().unwrap_or_default();
        Ok(LoadedModel { source: source?, purpose, execution })
    })
}

/// Scores documents by how well each answers `query`: one score each, in the same order, the higher the
/// better. The default model is `BAAI/bge-reranker-base`.
///
/// # Errors
/// Tells why the model is not to be had.
pub fn rerank(query: String, documents: Vec<String>, mut options: EmbedOptions) -> Pending<f32> {
    let query: Arc<str> = query.into();
    let pairs = documents.into_iter().map(|document| Pair { query: query.clone(), document }).collect();
    options.model.get_or_insert_with(|| ModelSource::Named(reranker::DEFAULT.to_owned()));
    embed(&RERANKERS, pairs, options)
}

/// Frees a loaded model, with all its settings, or every model; waits for the calls made so far.
/// Returns how many were loaded. A later call loads it again.
///
/// # Errors
/// When there is no model of that name.
pub fn unload_model(model: Option<&ModelSource>) -> Result<usize> {
    split::forget_tokenizers(model);
    let kinds = [
        unload::<ImageModel>(&IMAGE_MODELS, model),
        unload::<TextModel>(&TEXT_MODELS, model),
        unload::<SparseModel>(&SPARSE_MODELS, model),
        unload::<MultivectorModel>(&MULTIVECTOR_MODELS, model),
        unload::<BgeM3Model>(&BGE_M3_MODELS, model),
        unload::<Reranker>(&RERANKERS, model),
    ];
    // The first error is that of the most models.
    let mut error = None;
    let mut count = None;
    for unloaded in kinds {
        match unloaded {
            Ok(freed) => *count.get_or_insert(0) += freed,
            Err(reason) => error = error.or(Some(reason)),
        }
    }
    count.ok_or_else(|| error.unwrap_or_else(|| Error::internal("there are no kinds of models")))
}

/// Frees a model of one kind, or all of them.
fn unload<M: Model>(registry: &'static Registry<M>, model: Option<&ModelSource>) -> Result<usize> {
    let Some(model) = model else { return Ok(registry.unload(|_| true)) };
    let wanted = identify::<M>(model)?;
    Ok(registry.unload(|id| match (&wanted, &id.source) {
        (ModelSource::Folder { path: wanted, .. }, ModelSource::Folder { path, .. }) => wanted == path,
        (wanted, source) => wanted == source,
    }))
}

fn embed<M: Model>(
    registry: &'static Registry<M>,
    inputs: Vec<M::Input>,
    options: EmbedOptions,
) -> Pending<M::Output> {
    if inputs.is_empty() {
        return Pending::ready(ModelId::new::<M>(&options).map(|_| Vec::new()));
    }
    submit(registry, inputs, options, Arc::default())
}

fn submit<M: Model>(
    registry: &'static Registry<M>,
    inputs: Vec<M::Input>,
    options: EmbedOptions,
    execution: Arc<OnceLock<Execution>>,
) -> Pending<M::Output> {
    let (reply, pending) = Pending::channel();
    let id = match ModelId::new::<M>(&options) {
        Ok(id) => id,
        Err(error) => return Pending::ready(Err(error)),
    };
    let job = Job {
        inputs,
        batch_size: options.batch_size.map_or(M::DEFAULT_BATCH_SIZE, std::num::NonZeroUsize::get),
        unload_after: options.unload_after.unwrap_or(EmbedOptions::UNLOAD_AFTER),
        surroundings: Surroundings {
            hub: hub::Hub::from_env(options.local_files_only),
            runtime: runtime::library(),
            listener: options.on_progress,
            cancel: pending.cancel(),
        },
        execution,
        reply,
    };
    match registry.submit(&id, job) {
        Ok(()) => pending,
        Err(error) => Pending::ready(Err(error)),
    }
}
