//! Has vectors made of the objects of a request.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use super::batches::Batches;
use super::bm25::{self, Bm25Models};
use super::objects::WithObjects;
use super::service::{InferenceFuture, InferenceService, Purpose};
use crate::engine::guarded;
use crate::error::{Error, Result};
use crate::model::Vector;

/// The models of a client.
#[derive(Clone, Default)]
pub(crate) struct Models(Option<Arc<dyn InferenceService>>);

impl Debug for Models {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Models {
    pub(crate) fn new(service: Option<Arc<dyn InferenceService>>) -> Self {
        Self(service)
    }

    /// Begins to make vectors of the objects of `request`, of which the models' names stay. `None` when
    /// there are no objects, or none any more: BM25 keeps nobody waiting.
    pub(crate) fn begin(&self, request: &mut dyn WithObjects, purpose: Purpose) -> Result<Option<Making>> {
        let mut any = false;
        request.for_each_slot(&mut |_, slot| any |= slot.object().is_some());
        if !any {
            return Ok(None);
        }
        request.check()?;
        let mut bm25 = Bm25Models::default();
        let mut batches = Batches::default();
        let mut places = Vec::new();
        let mut outcome = Ok(());
        request.for_each_slot(&mut |_, slot| {
            let Some(object) = slot.object().filter(|_| outcome.is_ok()) else { return };
            if bm25::is_name(&object.model) {
                match bm25.embed(object, purpose) {
                    Ok(vector) => slot.put(Vector::Sparse(vector)),
                    Err(error) => outcome = Err(error),
                }
            } else if self.0.is_some() {
                places.push(batches.add(object));
            } else {
                outcome = Err(uninitialized());
            }
        });
        outcome?;
        let Some(service) = self.0.as_ref().filter(|_| !batches.is_empty()) else { return Ok(None) };
        let batches = batches.finish(purpose);
        let sizes = batches.iter().map(|batch| batch.inputs.len()).collect();
        Ok(Some(Making { vectors: service.infer(batches), sizes, places }))
    }
}

/// The server's answer where there is no service.
fn uninitialized() -> Error {
    Error::Service(
        "InferenceService is not initialized. Please check if it was properly configured and initialized \
         during startup."
            .to_owned(),
    )
}

/// Vectors that a service makes.
pub(crate) struct Making {
    vectors: InferenceFuture,
    /// The number of inputs of each batch.
    sizes: Vec<usize>,
    /// Batch and number of what was in each place.
    places: Vec<(usize, usize)>,
}

impl Making {
    pub(crate) async fn finish(self) -> Result<Made> {
        let Self { vectors, sizes, places } = self;
        let vectors = guarded(vectors).await?;
        if vectors.iter().map(Vec::len).ne(sizes) {
            return Err(Error::Service(
                "the inference service did not make one vector of each input".to_owned(),
            ));
        }
        Ok(Made { vectors, places })
    }
}

/// Vectors that a service has made.
pub(crate) struct Made {
    vectors: Vec<Vec<Vector>>,
    places: Vec<(usize, usize)>,
}

impl Made {
    /// Puts the vectors in the places of what they were made of. `check` gets the name of the vector,
    /// the vector, and the name of the model.
    pub(crate) fn put(
        self,
        request: &mut dyn WithObjects,
        check: impl Fn(&str, &Vector, &str) -> Result<()>,
    ) -> Result<()> {
        let Self { vectors, places } = self;
        let mut places = places.into_iter();
        let mut outcome = Ok(());
        request.for_each_slot(&mut |name, slot| {
            let Some(object) = slot.object().filter(|_| outcome.is_ok()) else { return };
            let Some((batch, number)) = places.next() else { return };
            let vector = vectors[batch][number].clone();
            match check(name, &vector, &object.model) {
                Ok(()) => slot.put(vector),
                Err(error) => outcome = Err(error),
            }
        });
        outcome
    }
}
