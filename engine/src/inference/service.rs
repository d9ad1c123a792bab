//! What a program gives the engine to have models of its own.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use crate::error::Result;
use crate::model::{InferenceInput, Vector};

/// Makes vectors of the objects that requests have in the place of vectors, with any model but
/// `qdrant/bm25`, which the engine has itself.
pub trait InferenceService: Debug + Send + Sync {
    /// The vectors of each input of each batch, in the given order. All objects of a request come in one
    /// call; nobody waits any more for a future that is dropped.
    ///
    /// This is called on a thread that serves other calls, too, and has to return at once: the work is
    /// done elsewhere, while the future waits. What is written to the same collection after the request
    /// waits with it; nothing else does.
    fn infer(&self, batches: Vec<InferenceBatch>) -> InferenceFuture;
}

/// Vectors in the making: for each batch, one for each of its inputs.
pub type InferenceFuture = Pin<Box<dyn Future<Output = Result<Vec<Vec<Vector>>>> + Send>>;

/// The inputs of a request for one model with the same options, each of them once.
#[derive(Clone, Debug, PartialEq)]
pub struct InferenceBatch {
    /// Name of the model.
    pub model: String,
    /// Settings of the model, if there are any.
    pub options: Option<Map<String, Value>>,
    /// What the vectors are for.
    pub purpose: Purpose,
    /// What the vectors are to stand for.
    pub inputs: Vec<InferenceInput>,
}

/// What vectors are for. Models may treat what is stored and what is searched for differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be stored with a point.
    Update,
    /// To be compared with stored ones.
    Search,
}
