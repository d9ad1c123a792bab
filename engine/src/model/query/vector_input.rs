use std::fmt;

use qdrant_edge::PointId;
use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use validator::{Validate, ValidationErrors};

use crate::model::packed::PackedVectors;
use crate::model::vectors::{InferenceObject, Vector, VectorSource, no_variant};

/// A vector to compare with: given, that of a stored point, or one that a model makes.
#[derive(Clone, Debug, PartialEq)]
pub enum VectorInput {
    /// The vector of this point.
    Id(PointId),
    /// This vector.
    Vector(Vector),
    /// The vector that a model makes of this.
    Inference(InferenceObject),
}

impl<'de> Deserialize<'de> for VectorInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VectorInputVisitor).map_err(|_| no_variant("VectorInput"))
    }
}

pub(super) struct VectorInputVisitor;

impl<'de> Visitor<'de> for VectorInputVisitor {
    type Value = VectorInput;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector or the id of a point")
    }

    fn visit_u64<E: de::Error>(self, id: u64) -> Result<VectorInput, E> {
        Ok(VectorInput::Id(id.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<VectorInput, E> {
        if PackedVectors::is_placeholder(text) {
            return PackedVectors::resolve(text, &self)
                .map(|numbers| VectorInput::Vector(Vector::Dense(numbers)));
        }
        let text: StrDeserializer<E> = text.into_deserializer();
        PointId::deserialize(text).map(VectorInput::Id)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<VectorInput, A::Error> {
        VectorSource::deserialize(de::value::SeqAccessDeserializer::new(list)).map(Into::into)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<VectorInput, A::Error> {
        VectorSource::deserialize(de::value::MapAccessDeserializer::new(map)).map(Into::into)
    }
}

impl Validate for VectorInput {
    fn validate(&self) -> Result<(), ValidationErrors> {
        match self {
            VectorInput::Id(_) => Ok(()),
            VectorInput::Vector(vector) => vector.validate(),
            VectorInput::Inference(object) => object.validate(),
        }
    }
}

impl From<PointId> for VectorInput {
    fn from(id: PointId) -> Self {
        VectorInput::Id(id)
    }
}

impl From<Vector> for VectorInput {
    fn from(vector: Vector) -> Self {
        VectorInput::Vector(vector)
    }
}

impl From<VectorSource> for VectorInput {
    fn from(source: VectorSource) -> Self {
        match source {
            VectorSource::Vector(vector) => VectorInput::Vector(vector),
            VectorSource::Inference(object) => VectorInput::Inference(object),
        }
    }
}

impl From<Vec<f32>> for VectorInput {
    fn from(numbers: Vec<f32>) -> Self {
        VectorInput::Vector(Vector::Dense(numbers))
    }
}
