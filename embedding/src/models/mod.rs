//! Models by the names that requests give them: texts and images in, vectors of any kind out.

mod names;
mod pictures;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::pin::Pin;

use crate::bge_m3_model::BgeM3Vectors;
use crate::error::{Error, Result};
use crate::image_model::Image;
use crate::model::{Embedding, Model};
use crate::options::{EmbedOptions, ModelSource};
use crate::pending::Pending;
use crate::providers::ExecutionProvider;
use crate::registry::Registry;
use crate::sparse_model::{SparseText, SparseVector};
use crate::{BGE_M3_MODELS, IMAGE_MODELS, MULTIVECTOR_MODELS, SPARSE_MODELS, TEXT_MODELS, embed};
pub(crate) use names::known_as;
use pictures::Pictures;

/// The models that requests may name, and how they run.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// Models by names of the caller's choice. Besides these there are those of the hub by their own names.
    pub registered: BTreeMap<String, RegisteredModel>,
    /// Where downloaded models are kept. Default: [`model_cache_dir`](crate::model_cache_dir).
    pub cache_dir: Option<PathBuf>,
    /// How many inputs a model takes at once. Default: 8 images or BGE-M3 texts, 32 other texts.
    pub batch_size: Option<NonZeroUsize>,
    /// CPU cores that a model uses. Default: all but one.
    pub threads: Option<NonZeroUsize>,
    /// What runs a model, in the order of preference; what cannot be had is left out, with a warning.
    /// Default: the processor.
    pub execution_providers: Vec<ExecutionProvider>,
    /// Whether to fail rather than download a model.
    pub local_files_only: bool,
    /// Whether images may be loaded from the web.
    pub allow_http_images: bool,
}

/// A model with what has to be known of it.
#[derive(Debug, Clone)]
pub struct RegisteredModel {
    /// Where it is.
    pub source: ModelSource,
    /// What it makes. Default: what the hub's model of that name makes, and of a folder, vectors of texts.
    pub kind: Option<ModelKind>,
    /// Put before every text that is searched for.
    pub query_prefix: String,
    /// Put before every text that is stored.
    pub document_prefix: String,
}

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// One vector of a text.
    Text,
    /// One vector of an image.
    Image,
    /// One sparse vector of a text.
    Sparse,
    /// A vector of each token of a text.
    Multivector,
    /// Each of the three kinds of vectors of a text, of which a request asks for one; if not, for one
    /// dense vector.
    BgeM3,
}

/// What a vector is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To be stored.
    Document,
    /// To be compared with stored ones.
    Query,
}

/// A vector of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Vector {
    /// One list of numbers.
    Dense(Embedding),
    /// The weights of tokens.
    Sparse(SparseVector),
    /// A list of numbers for each token.
    Multi(Vec<Embedding>),
}

/// Vectors in the making, which goes on while nobody asks. Dropping it gives the call up.
pub type PendingVectors = Pin<Box<dyn Future<Output = Result<Vec<Vector>>> + Send>>;

impl ModelKind {
    /// Its name in requests and settings.
    pub fn name(self) -> &'static str {
        match self {
            ModelKind::Text => "text",
            ModelKind::Image => "image",
            ModelKind::Sparse => "sparse",
            ModelKind::Multivector => "multivector",
            ModelKind::BgeM3 => "bge-m3",
        }
    }

    /// The kind of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        use ModelKind::*;
        [Text, Image, Sparse, Multivector, BgeM3].into_iter().find(|kind| kind.name() == name)
    }
}

/// A model that was found.
struct Found<'a> {
    source: ModelSource,
    kind: ModelKind,
    registered: Option<&'a RegisteredModel>,
}

impl Models {
    /// Makes a vector of each text with the model of that name, of the kind `wanted` if the model makes
    /// several.
    ///
    /// # Errors
    /// For an unknown name, those that are like it; what the model makes instead.
    pub fn embed_texts(
        &self,
        model: &str,
        wanted: Option<ModelKind>,
        role: Role,
        texts: Vec<String>,
    ) -> Result<PendingVectors> {
        let Found { source, kind, registered } = self.find(model, wanted.unwrap_or(ModelKind::Text))?;
        let made = match (kind, wanted) {
            (ModelKind::BgeM3, None) => ModelKind::Text,
            (
                ModelKind::BgeM3,
                Some(wanted @ (ModelKind::Text | ModelKind::Sparse | ModelKind::Multivector)),
            ) => wanted,
            (kind, None) => kind,
            (kind, Some(wanted)) if kind == wanted => kind,
            (kind, Some(wanted)) => {
                return Err(Error::invalid(format!(
                    "model `{model}` is of the kind '{}', not '{}'",
                    kind.name(),
                    wanted.name()
                )));
            }
        };
        let prefix = registered.map_or("", |model| match role {
            Role::Document => &model.document_prefix,
            Role::Query => &model.query_prefix,
        });
        let texts: Vec<_> = match prefix {
            "" => texts,
            prefix => texts.into_iter().map(|text| format!("{prefix}{text}")).collect(),
        };
        let options = self.options(source);
        Ok(match kind {
            ModelKind::Image => {
                return Err(Error::invalid(format!("model `{model}` embeds images, not texts")));
            }
            ModelKind::Text => run(&TEXT_MODELS, texts, options, Vector::Dense),
            ModelKind::Multivector => run(&MULTIVECTOR_MODELS, texts, options, Vector::Multi),
            ModelKind::Sparse => {
                let is_query = role == Role::Query;
                let texts = texts.into_iter().map(|text| SparseText { text, is_query }).collect();
                run(&SPARSE_MODELS, texts, options, Vector::Sparse)
            }
            ModelKind::BgeM3 => run(&BGE_M3_MODELS, texts, options, move |vectors| {
                let BgeM3Vectors { dense, sparse, tokens } = vectors;
                match made {
                    ModelKind::Sparse => Vector::Sparse(sparse),
                    ModelKind::Multivector => Vector::Multi(tokens),
                    ModelKind::Text | ModelKind::Image | ModelKind::BgeM3 => Vector::Dense(dense),
                }
            }),
        })
    }

    /// Makes a vector of each image with the model of that name. An image is the path of a file, a
    /// `file://`, `data:`, `http://` or `https://` URL, or the content of a file in base64.
    ///
    /// # Errors
    /// For an unknown name, those that are like it; for an image from the web, that it is not allowed.
    pub fn embed_images(&self, model: &str, images: Vec<String>) -> Result<PendingVectors> {
        let Found { source, kind, registered: _ } = self.find(model, ModelKind::Image)?;
        if kind != ModelKind::Image {
            return Err(Error::invalid(format!("model `{model}` embeds texts, not images")));
        }
        let options = self.options(source);
        Ok(match Pictures::of(images, self.allow_http_images)? {
            Pictures::Here(images) => {
                run(&IMAGE_MODELS, images.into_iter().map(Image::from).collect(), options, Vector::Dense)
            }
            Pictures::Loading(loading) => Box::pin(async move {
                let images = loading.await?;
                run(&IMAGE_MODELS, images.into_iter().map(Image::from).collect(), options, Vector::Dense)
                    .await
            }),
        })
    }

    /// What requests may give the model of that name: a text, an image or, as `clip` does, either.
    ///
    /// # Errors
    /// For an unknown name, those that are like it.
    pub fn takes(&self, model: &str) -> Result<&'static str> {
        let is_for = |kind| self.find(model, kind).map(|found| found.kind == ModelKind::Image);
        Ok(match (is_for(ModelKind::Image)?, is_for(ModelKind::Text)?) {
            (true, true) => "an `image`",
            (true, false) => "a `text` or an `image`",
            (false, _) => "a `text`",
        })
    }

    /// The model of that name. Of several of the hub with one name, that of the kind `preferred`.
    fn find(&self, name: &str, preferred: ModelKind) -> Result<Found<'_>> {
        let registered = self.registered.get(name);
        let hub_name = match registered {
            Some(RegisteredModel { source: source @ ModelSource::Folder { .. }, kind, .. }) => {
                let kind = kind.unwrap_or(ModelKind::Text);
                return Ok(Found { source: source.clone(), kind, registered });
            }
            Some(RegisteredModel { source: ModelSource::Named(name), .. }) => name,
            None => name,
        };
        let known = names::known_as(hub_name);
        let kind = registered.and_then(|model| model.kind).or_else(|| names::kind_of(known, preferred));
        let kind = kind.ok_or_else(|| self.unknown(hub_name))?;
        Ok(Found { source: ModelSource::Named(known.to_owned()), kind, registered })
    }

    fn unknown(&self, name: &str) -> Error {
        let registered = self.registered.keys().map(String::as_str);
        let known = names::all();
        let near = names::nearest(name, registered.chain(known.iter().map(String::as_str)));
        Error::not_found(format!(
            "unknown model `{name}`; the known ones with the most similar names are {near}"
        ))
    }

    fn options(&self, source: ModelSource) -> EmbedOptions {
        EmbedOptions {
            model: Some(source),
            cache_dir: self.cache_dir.clone(),
            batch_size: self.batch_size,
            threads: self.threads,
            execution_providers: self.execution_providers.clone(),
            local_files_only: self.local_files_only,
            unload_after: None,
            on_progress: None,
        }
    }
}

/// Begins at once.
fn run<M: Model>(
    registry: &'static Registry<M>,
    inputs: Vec<M::Input>,
    options: EmbedOptions,
    vector: impl Fn(M::Output) -> Vector + Send + 'static,
) -> PendingVectors {
    let pending: Pending<M::Output> = embed(registry, inputs, options);
    Box::pin(async move { Ok(pending.await?.into_iter().map(vector).collect()) })
}
