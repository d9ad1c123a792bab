//! Makes vectors of the objects that requests have in the place of vectors.
//!
//! `objects` finds them in a request, `bm25` is the model that a server has by itself, `service` is what
//! a program gives the engine for all others, `making` has the vectors made.

mod batches;
mod bm25;
mod making;
mod objects;
mod service;

pub(crate) use making::{Made, Models};
pub(crate) use objects::{Slot, WithObjects};
pub use service::{InferenceBatch, InferenceFuture, InferenceService, Purpose};
