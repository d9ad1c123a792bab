//! Vectors as requests and responses write them.

mod inference;
mod parse;

use std::collections::{BTreeMap, HashMap};

use qdrant_edge::{
    DEFAULT_VECTOR_NAME, SparseVector, VectorInternal, VectorStructInternal, VectorStructPersisted,
};
use serde::Serialize;
use validator::{Validate, ValidationErrors};

use super::validation::Faults;
use crate::error::{Error, Result};

pub use inference::{InferenceInput, InferenceObject};
pub(super) use parse::{no_variant, of_batch, of_point};
/// One vector: a dense one, a sparse one or a multivector.
pub use qdrant_edge::VectorPersisted as Vector;

/// A vector, or what a model makes one of.
#[derive(Clone, Debug, PartialEq)]
pub enum VectorSource {
    /// This vector.
    Vector(Vector),
    /// The vector that a model makes of this.
    Inference(InferenceObject),
}

/// All vectors of a point.
#[derive(Clone, Debug, PartialEq)]
pub enum VectorStruct {
    /// The default vector, which is no sparse one.
    Default(VectorSource),
    /// Vectors by name.
    Named(HashMap<String, VectorSource>),
}

/// The vectors of several points, in columns.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchVectorStruct {
    /// The default vector of each point, all of one kind, and none of them sparse.
    Default(Vec<VectorSource>),
    /// For each name, the vector of each point.
    Named(HashMap<String, Vec<VectorSource>>),
}

/// One vector of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VectorOutput {
    /// A list of numbers.
    Dense(Vec<f32>),
    /// `{ indices, values }`.
    Sparse(SparseVector),
    /// A list of rows.
    MultiDense(Vec<Vec<f32>>),
}

/// The vectors of a point in a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VectorStructOutput {
    /// The default dense vector.
    Single(Vec<f32>),
    /// The default multivector.
    MultiDense(Vec<Vec<f32>>),
    /// Vectors by name.
    Named(BTreeMap<String, VectorOutput>),
}

impl From<VectorInternal> for VectorOutput {
    fn from(vector: VectorInternal) -> Self {
        match vector {
            VectorInternal::Dense(numbers) => VectorOutput::Dense(numbers),
            VectorInternal::Sparse(vector) => VectorOutput::Sparse(vector),
            VectorInternal::MultiDense(rows) => VectorOutput::MultiDense(rows.into_multi_vectors()),
        }
    }
}

impl From<VectorStructInternal> for VectorStructOutput {
    fn from(vectors: VectorStructInternal) -> Self {
        match vectors {
            VectorStructInternal::Single(numbers) => VectorStructOutput::Single(numbers),
            VectorStructInternal::MultiDense(rows) => {
                VectorStructOutput::MultiDense(rows.into_multi_vectors())
            }
            VectorStructInternal::Named(vectors) => VectorStructOutput::Named(
                vectors.into_iter().map(|(name, vector)| (name, vector.into())).collect(),
            ),
        }
    }
}

/// The error for a vector with a number that JSON cannot hold: such a vector reaches a server as
/// something that is none of the forms of `expected`.
pub(super) fn non_finite_error(expected: &str, path: &str, fault: &str) -> Error {
    Error::Format(format!("data did not match any variant of untagged enum {expected}: {path}{fault}"))
}

impl VectorSource {
    /// The vector, in the place of which there is no object any more.
    fn into_vector(self) -> Result<Vector> {
        match self {
            VectorSource::Vector(vector) => Ok(vector),
            VectorSource::Inference(_) => Err(Error::Service("no vector was made of an object".to_owned())),
        }
    }

    /// As [`non_finite`].
    pub(super) fn non_finite(&self) -> Option<String> {
        match self {
            VectorSource::Vector(vector) => non_finite(vector),
            VectorSource::Inference(_) => None,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            VectorSource::Vector(Vector::Dense(numbers)) => numbers.is_empty(),
            VectorSource::Vector(Vector::Sparse(vector)) => vector.indices.is_empty(),
            VectorSource::Vector(Vector::MultiDense(rows)) => rows.is_empty(),
            VectorSource::Inference(_) => false,
        }
    }
}

impl Validate for VectorSource {
    fn validate(&self) -> Result<(), ValidationErrors> {
        match self {
            VectorSource::Vector(vector) => vector.validate(),
            VectorSource::Inference(object) => object.validate(),
        }
    }
}

impl<T: Into<Vector>> From<T> for VectorSource {
    fn from(vector: T) -> Self {
        VectorSource::Vector(vector.into())
    }
}

impl VectorStruct {
    /// Calls `visit` for each vector, with its name.
    pub(super) fn for_each_source(&mut self, visit: &mut dyn FnMut(&str, &mut VectorSource)) {
        match self {
            VectorStruct::Default(vector) => visit(DEFAULT_VECTOR_NAME, vector),
            VectorStruct::Named(vectors) => vectors.iter_mut().for_each(|(name, vector)| visit(name, vector)),
        }
    }

    /// As [`non_finite`], of all vectors of the point.
    pub(super) fn non_finite(&self) -> Option<String> {
        match self {
            VectorStruct::Default(vector) => vector.non_finite(),
            VectorStruct::Named(vectors) => {
                vectors.iter().find_map(|(name, vector)| Some(format!(".{name}{}", vector.non_finite()?)))
            }
        }
    }

    /// Whether the point has nothing but vectors of no numbers.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            VectorStruct::Default(vector) => vector.is_empty(),
            VectorStruct::Named(vectors) => vectors.values().all(VectorSource::is_empty),
        }
    }

    /// Notes what is wrong with the vectors at `path`.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        match self {
            VectorStruct::Default(vector) => faults.within(path, Some(vector)),
            VectorStruct::Named(vectors) => faults.within_any(path, vectors.values()),
        }
    }
}

impl From<Vec<f32>> for VectorStruct {
    fn from(numbers: Vec<f32>) -> Self {
        VectorStruct::Default(Vector::Dense(numbers).into())
    }
}

/// Only after a vector has been made of each object.
impl TryFrom<VectorStruct> for VectorStructPersisted {
    type Error = Error;

    fn try_from(vectors: VectorStruct) -> Result<Self> {
        Ok(match vectors {
            VectorStruct::Default(vector) => match vector.into_vector()? {
                Vector::Dense(numbers) => VectorStructPersisted::Single(numbers),
                Vector::MultiDense(rows) => VectorStructPersisted::MultiDense(rows),
                Vector::Sparse(_) => {
                    return Err(Error::BadRequest("Sparse vector should be named".to_owned()));
                }
            },
            VectorStruct::Named(vectors) => {
                let vectors = vectors.into_iter().map(|(name, vector)| Ok((name, vector.into_vector()?)));
                VectorStructPersisted::Named(vectors.collect::<Result<_>>()?)
            }
        })
    }
}

/// The first number of a vector that is NaN or infinite, as the end of its path and its value.
pub(super) fn non_finite(vector: &Vector) -> Option<String> {
    match vector {
        Vector::Dense(numbers) => non_finite_number(numbers),
        Vector::Sparse(vector) => Some(format!(".values{}", non_finite_number(&vector.values)?)),
        Vector::MultiDense(rows) => non_finite_row(rows),
    }
}

pub(super) fn non_finite_number(numbers: &[f32]) -> Option<String> {
    let (index, number) = numbers.iter().enumerate().find(|(_, number)| !number.is_finite())?;
    Some(format!("[{index}] is {number}"))
}

fn non_finite_row(rows: &[Vec<f32>]) -> Option<String> {
    rows.iter().enumerate().find_map(|(index, row)| Some(format!("[{index}]{}", non_finite_number(row)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_cannot_hold_are_found_with_their_place() {
        let sparse = Vector::Sparse(SparseVector { indices: vec![5], values: vec![f32::NEG_INFINITY] });
        assert_eq!(non_finite(&sparse).unwrap(), ".values[0] is -inf");
        let multi = Vector::MultiDense(vec![vec![1.0], vec![2.0, f32::NAN]]);
        assert_eq!(VectorStruct::Default(multi.into()).non_finite().unwrap(), "[1][1] is NaN");
        let infinite = VectorSource::from(Vector::Dense(vec![f32::INFINITY]));
        let named = VectorStruct::Named([("n".to_owned(), infinite)].into());
        assert_eq!(named.non_finite().unwrap(), ".n[0] is inf");
        assert_eq!(VectorStruct::from(vec![f32::MAX]).non_finite(), None);
    }
}
