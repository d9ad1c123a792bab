//! Makes vectors of the objects that requests have in the place of vectors.

mod bm25;

use crate::error::{Error, Result};
use crate::model::{InferenceInput, InferenceObject, QueryPoints, Vector, VectorInput, VectorSource};
use bm25::Bm25Models;

/// What vectors are for. Models may treat what is stored and what is searched for differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be stored with a point.
    Update,
    /// To be compared with stored ones.
    Search,
}

/// Puts vectors to be stored in the place of objects.
pub(crate) fn embed_sources<'a>(sources: impl IntoIterator<Item = &'a mut VectorSource>) -> Result<()> {
    let places: Vec<_> =
        sources.into_iter().filter(|source| matches!(source, VectorSource::Inference(_))).collect();
    let objects = places.iter().filter_map(|source| match source {
        VectorSource::Inference(object) => Some(object),
        VectorSource::Vector(_) => None,
    });
    let vectors = embed(&objects.collect::<Vec<_>>(), Purpose::Update)?;
    for (place, vector) in places.into_iter().zip(vectors) {
        *place = VectorSource::Vector(vector);
    }
    Ok(())
}

/// Puts vectors to search with in the place of objects.
pub(crate) fn embed_queries(queries: &mut [QueryPoints]) -> Result<()> {
    let mut objects = Vec::new();
    for query in queries.iter_mut() {
        query.for_each_input(&mut |_, input| {
            if let VectorInput::Inference(object) = input {
                objects.push(object.clone());
            }
        });
    }
    let mut vectors = embed(&objects.iter().collect::<Vec<_>>(), Purpose::Search)?.into_iter();
    for query in queries {
        query.for_each_input(&mut |_, input| {
            if let VectorInput::Inference(_) = input
                && let Some(vector) = vectors.next()
            {
                *input = VectorInput::Vector(vector);
            }
        });
    }
    Ok(())
}

/// The vector of each object. All objects of a request come at once, whatever their models are.
fn embed(objects: &[&InferenceObject], purpose: Purpose) -> Result<Vec<Vector>> {
    let mut bm25 = Bm25Models::default();
    let mut vectors = Vec::with_capacity(objects.len());
    for InferenceObject { input, model, options } in objects {
        if !bm25::is_name(model) {
            return Err(Error::Service(
                "InferenceService is not initialized. Please check if it was properly configured and initialized \
                 during startup."
                    .to_owned(),
            ));
        }
        let InferenceInput::Text(text) = input else {
            return Err(Error::WrongInput(format!("Only text input is supported for {model}.")));
        };
        vectors.push(Vector::Sparse(bm25.embed(text, options.as_ref(), purpose)?));
    }
    Ok(vectors)
}
