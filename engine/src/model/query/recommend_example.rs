use qdrant_edge::{DEFAULT_VECTOR_NAME, PointId, SparseVector};
use serde::de::{Deserialize, Deserializer};

use super::{LookupLocation, VectorInput};
use crate::error::Result;
use crate::model::validation::Faults;
use crate::model::vectors::{self, Vector, no_variant};

const NAME: &str = "RecommendExample";

/// A vector to compare with, in requests that know no multivectors: given, or that of a stored point.
#[derive(Clone, Debug, PartialEq)]
pub enum RecommendExample {
    /// The vector of this point.
    PointId(PointId),
    /// This dense vector.
    Dense(Vec<f32>),
    /// This sparse vector.
    Sparse(SparseVector),
}

impl<'de> Deserialize<'de> for RecommendExample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match VectorInput::deserialize(deserializer) {
            Ok(VectorInput::Id(id)) => Ok(Self::PointId(id)),
            Ok(VectorInput::Vector(Vector::Dense(numbers))) => Ok(Self::Dense(numbers)),
            Ok(VectorInput::Vector(Vector::Sparse(sparse))) => Ok(Self::Sparse(sparse)),
            Ok(VectorInput::Vector(Vector::MultiDense(_)) | VectorInput::Inference(_)) | Err(_) => {
                Err(no_variant(NAME))
            }
        }
    }
}

impl RecommendExample {
    /// Notes what is wrong with the example in the field `field` of the part of the request at `path`.
    /// Numbers that JSON cannot hold are an error at once.
    pub(super) fn check(&self, path: &str, field: &str, faults: &mut Faults) -> Result<()> {
        let (fault, sparse) = match self {
            Self::PointId(_) => (None, None),
            Self::Dense(numbers) => (vectors::non_finite_number(numbers), None),
            Self::Sparse(sparse) => (vectors::non_finite_number(&sparse.values), Some(sparse)),
        };
        if let Some(fault) = fault {
            return Err(vectors::non_finite_error(NAME, field, &fault));
        }
        faults.within(&format!("{path}.{field}"), sparse);
        Ok(())
    }
}

impl From<RecommendExample> for VectorInput {
    fn from(example: RecommendExample) -> Self {
        match example {
            RecommendExample::PointId(id) => Self::Id(id),
            RecommendExample::Dense(numbers) => Vector::Dense(numbers).into(),
            RecommendExample::Sparse(sparse) => Vector::Sparse(sparse).into(),
        }
    }
}

/// Where examples are looked up. In contrast to [`QueryPoints`](super::QueryPoints), no name of a vector
/// means the default one.
pub(super) fn lookup_of_examples(lookup: LookupLocation) -> LookupLocation {
    let LookupLocation { collection, vector } = lookup;
    LookupLocation { collection, vector: vector.or_else(|| Some(DEFAULT_VECTOR_NAME.to_owned())) }
}

#[cfg(test)]
pub(super) mod tests {
    /// JSON that is no example.
    pub const NOT_EXAMPLES: [&str; 8] = [
        "null",
        "-1",
        "1.5",
        "\"text\"",
        "[1, null]",
        "[[1, 2]]",
        "{\"indices\":[1]}",
        "{\"text\":\"a\",\"model\":\"m\"}",
    ];
}
