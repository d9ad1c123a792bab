//! The models of a client: objects of the engine in, vectors of the embedding crate out.

pub mod options;

use qdrant_embedded_embedding::{
    Error as EmbeddingError, ErrorKind, ModelKind, Models, PendingVectors, Role, SparseVector as Weights,
    Vector as Made,
};
use qdrant_embedded_engine::model::{InferenceInput, Vector};
use qdrant_embedded_engine::qdrant_edge::SparseVector;
use qdrant_embedded_engine::{Error, InferenceBatch, InferenceFuture, InferenceService, Purpose, Result};
use serde_json::{Map, Value};
use tokio::sync::watch;

/// Models on this machine, as long as the environment lasts that asks for them.
#[derive(Debug)]
pub struct LocalModels {
    models: Models,
    ended: watch::Receiver<bool>,
}

impl LocalModels {
    pub fn new(models: Models, ended: watch::Receiver<bool>) -> Self {
        Self { models, ended }
    }

    /// Begins with all inputs of a batch at once.
    fn begin(&self, batch: InferenceBatch) -> Result<Begun> {
        let InferenceBatch { model, options, purpose, inputs } = batch;
        let kind = wanted_kind(&model, options)?;
        let role = match purpose {
            Purpose::Update => Role::Document,
            Purpose::Search => Role::Query,
        };
        let (mut texts, mut images) = (Vec::new(), Vec::new());
        let mut order = Vec::with_capacity(inputs.len());
        for input in inputs {
            order.push(match &input {
                InferenceInput::Text(_) => Source::Text,
                InferenceInput::Image(_) | InferenceInput::Object(_) => Source::Image,
            });
            match input {
                InferenceInput::Text(text) => texts.push(text),
                InferenceInput::Image(Value::String(image)) => images.push(image),
                InferenceInput::Image(_) => {
                    return Err(refused(format!(
                        "model `{model}`: an image must be a string: a path, a file://, data: or http(s):// URL, or \
                         the content of a file in base64"
                    )));
                }
                InferenceInput::Object(_) => {
                    let expected = self.models.takes(&model).map_err(to_engine)?;
                    return Err(refused(format!(
                        "model `{model}`: expected {expected}, got an `object`, which no model on this machine takes"
                    )));
                }
            }
        }
        let nothing = || -> PendingVectors { Box::pin(async { Ok(Vec::new()) }) };
        Ok(Begun {
            order,
            texts: if texts.is_empty() {
                nothing()
            } else {
                self.models.embed_texts(&model, kind, role, texts).map_err(to_engine)?
            },
            images: if images.is_empty() {
                nothing()
            } else {
                self.models.embed_images(&model, images).map_err(to_engine)?
            },
        })
    }
}

impl InferenceService for LocalModels {
    fn infer(&self, batches: Vec<InferenceBatch>) -> InferenceFuture {
        // All of them begin before the first is waited for.
        let begun: Result<Vec<_>> = batches.into_iter().map(|batch| self.begin(batch)).collect();
        let mut ended = self.ended.clone();
        Box::pin(async move {
            let made = async {
                let mut vectors = Vec::new();
                for batch in begun? {
                    vectors.push(batch.finish().await?);
                }
                Ok(vectors)
            };
            tokio::select! {
                made = made => made,
                _ = ended.wait_for(|ended| *ended) => Err(Error::Closed),
            }
        })
    }
}

/// What an input is.
enum Source {
    Text,
    Image,
}

/// Vectors of a batch in the making.
struct Begun {
    order: Vec<Source>,
    texts: PendingVectors,
    images: PendingVectors,
}

impl Begun {
    /// The vectors in the order of the inputs.
    async fn finish(self) -> Result<Vec<Vector>> {
        let Self { order, texts, images } = self;
        let mut texts = texts.await.map_err(to_engine)?.into_iter();
        let mut images = images.await.map_err(to_engine)?.into_iter();
        let vectors = order.into_iter().filter_map(|source| match source {
            Source::Text => texts.next(),
            Source::Image => images.next(),
        });
        Ok(vectors.map(to_vector).collect())
    }
}

/// The option `kind` of an object; there are no others.
fn wanted_kind(model: &str, options: Option<Map<String, Value>>) -> Result<Option<ModelKind>> {
    let mut wanted = None;
    for (name, value) in options.into_iter().flatten() {
        if name != "kind" {
            return Err(refused(format!("model `{model}` has no option `{name}`; known is `kind`")));
        }
        wanted = match value.as_str().and_then(ModelKind::of_name) {
            Some(kind @ (ModelKind::Text | ModelKind::Sparse | ModelKind::Multivector)) => Some(kind),
            _ => {
                return Err(refused(format!(
                    "model `{model}`: the option `kind` must be 'text', 'sparse' or 'multivector', not {value}"
                )));
            }
        };
    }
    Ok(wanted)
}

fn to_vector(vector: Made) -> Vector {
    match vector {
        Made::Dense(numbers) => Vector::Dense(numbers),
        Made::Sparse(Weights { indices, values }) => Vector::Sparse(SparseVector { indices, values }),
        Made::Multi(rows) => Vector::MultiDense(rows),
    }
}

fn refused(reason: String) -> Error {
    Error::Inference(reason)
}

/// What the request, or this machine, is to blame for is status 400: status 404 is that of collections.
fn to_engine(error: EmbeddingError) -> Error {
    match error.kind() {
        ErrorKind::Invalid | ErrorKind::NotFound => Error::Inference(error.to_string()),
        _ => Error::Service(error.to_string()),
    }
}
