//! Vectors as requests and responses write them.

mod parse;

use std::collections::{BTreeMap, HashMap};

use qdrant_edge::{SparseVector, VectorInternal, VectorStructInternal};
use serde::Serialize;

use crate::error::Error;

pub(super) use parse::{AnyVector, no_variant, of_batch, of_point};

/// One vector: a dense one, a sparse one or a multivector.
pub use qdrant_edge::VectorPersisted as Vector;
/// All vectors of a point: the default one (dense or multivector), or a map of named ones.
pub use qdrant_edge::VectorStructPersisted as VectorStruct;

/// The vectors of several points, in columns.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchVectorStruct {
    /// The default vector of each point, all dense or all multivectors.
    Default(Vec<Vector>),
    /// For each name, the vector of each point.
    Named(HashMap<String, Vec<Vector>>),
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

/// The first number of a vector that is NaN or infinite, as the end of its path and its value.
pub(super) fn non_finite(vector: &Vector) -> Option<String> {
    match vector {
        Vector::Dense(numbers) => non_finite_number(numbers),
        Vector::Sparse(vector) => Some(format!(".values{}", non_finite_number(&vector.values)?)),
        Vector::MultiDense(rows) => non_finite_row(rows),
    }
}

/// As [`non_finite`], of all vectors of a point.
pub(super) fn non_finite_of_point(vectors: &VectorStruct) -> Option<String> {
    match vectors {
        VectorStruct::Single(numbers) => non_finite_number(numbers),
        VectorStruct::MultiDense(rows) => non_finite_row(rows),
        VectorStruct::Named(vectors) => {
            vectors.iter().find_map(|(name, vector)| Some(format!(".{name}{}", non_finite(vector)?)))
        }
    }
}

/// Whether a point has nothing but vectors of no numbers.
pub(super) fn is_empty(vectors: &VectorStruct) -> bool {
    match vectors {
        VectorStruct::Single(numbers) => numbers.is_empty(),
        VectorStruct::MultiDense(rows) => rows.is_empty(),
        VectorStruct::Named(vectors) => vectors.values().all(|vector| match vector {
            Vector::Dense(numbers) => numbers.is_empty(),
            Vector::Sparse(vector) => vector.indices.is_empty(),
            Vector::MultiDense(rows) => rows.is_empty(),
        }),
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
        let multi = VectorStruct::MultiDense(vec![vec![1.0], vec![2.0, f32::NAN]]);
        assert_eq!(non_finite_of_point(&multi).unwrap(), "[1][1] is NaN");
        let named = VectorStruct::Named([("n".to_owned(), Vector::Dense(vec![f32::INFINITY]))].into());
        assert_eq!(non_finite_of_point(&named).unwrap(), ".n[0] is inf");
        assert_eq!(non_finite_of_point(&VectorStruct::Single(vec![f32::MAX])), None);
    }
}
