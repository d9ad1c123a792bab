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
//! loads ONNX Runtime, `image_model` and `text_model` run them, `registry` and `worker` hold them;
//! `split` cuts texts into chunks.

#![deny(missing_docs)]

mod catalog;
mod decode;
mod error;
mod hub;
mod image_model;
mod model;
mod options;
mod pending;
mod registry;
mod runtime;
mod split;
mod text_model;
mod worker;

pub use decode::ImageSource;
pub use error::{Error, ErrorKind, Result};
pub use hub::model_cache_dir;
pub use model::Embedding;
pub use options::{EmbedOptions, ModelSource, Pooling, Progress, ProgressListener};
pub use pending::Pending;
pub use runtime::set_onnx_runtime_path;
pub use split::{Chunk, ChunkSize, split_text};

use image_model::ImageModel;
use model::{Model, ModelId, Surroundings, identify};
use registry::Registry;
use text_model::TextModel;
use worker::Job;

static IMAGE_MODELS: Registry<ImageModel> = Registry::new();
static TEXT_MODELS: Registry<TextModel> = Registry::new();

/// Embeds images: one vector for each, in the same order. The default model is
/// `Qdrant/clip-ViT-B-32-vision` with 512 dimensions.
///
/// # Errors
/// Names the first image that cannot be used, with its index; or tells why the model is not to be had.
pub fn embed_images(images: Vec<ImageSource>, options: EmbedOptions) -> Pending {
    embed(&IMAGE_MODELS, images, options)
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

/// Frees a loaded model, with all its settings, or every model; waits for the calls made so far.
/// Returns how many were loaded. A later call loads it again.
///
/// # Errors
/// When there is no model of that name.
pub fn unload_model(model: Option<&ModelSource>) -> Result<usize> {
    split::forget_tokenizers(model);
    let Some(model) = model else {
        return Ok(IMAGE_MODELS.unload(|_| true) + TEXT_MODELS.unload(|_| true));
    };
    let (image, text) = (identify::<ImageModel>(model), identify::<TextModel>(model));
    if let (Err(error), Err(_)) = (&image, &text) {
        return Err(error.clone());
    }
    let same = |wanted: &Result<ModelSource>, id: &ModelId| match (wanted, &id.source) {
        (Ok(ModelSource::Folder { path: wanted, .. }), ModelSource::Folder { path, .. }) => wanted == path,
        (Ok(wanted), source) => wanted == source,
        (Err(_), _) => false,
    };
    Ok(IMAGE_MODELS.unload(|id| same(&image, id)) + TEXT_MODELS.unload(|id| same(&text, id)))
}

fn embed<M: Model>(registry: &'static Registry<M>, inputs: Vec<M::Input>, options: EmbedOptions) -> Pending {
    let (reply, pending) = Pending::channel();
    let id = match ModelId::new::<M>(&options) {
        Ok(id) => id,
        Err(error) => return Pending::ready(Err(error)),
    };
    if inputs.is_empty() {
        return Pending::ready(Ok(Vec::new()));
    }
    let job = Job {
        inputs,
        batch_size: options.batch_size.map_or(M::DEFAULT_BATCH_SIZE, std::num::NonZeroUsize::get),
        surroundings: Surroundings {
            hub: hub::Hub::from_env(options.local_files_only),
            runtime: runtime::library(),
            listener: options.on_progress,
        },
        reply,
    };
    match registry.submit(&id, job) {
        Ok(()) => pending,
        Err(error) => Pending::ready(Err(error)),
    }
}
