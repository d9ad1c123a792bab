//! Where the objects of a request are.

use crate::error::Result;
use crate::model::{InferenceObject, Vector, VectorInput, VectorSource};

/// A request that may have objects in the place of vectors.
pub trait WithObjects {
    /// Finds out what is wrong with the request by itself: models take long.
    fn check(&self) -> Result<()>;

    /// Calls `visit` for each place of a vector, always in the same order, with the name of the vector.
    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot));
}

/// The place of a vector.
pub trait Slot {
    /// The object that is there instead.
    fn object(&mut self) -> Option<&mut InferenceObject>;

    /// Puts a vector there.
    fn put(&mut self, vector: Vector);
}

impl Slot for VectorSource {
    fn object(&mut self) -> Option<&mut InferenceObject> {
        match self {
            VectorSource::Inference(object) => Some(object),
            VectorSource::Vector(_) => None,
        }
    }

    fn put(&mut self, vector: Vector) {
        *self = VectorSource::Vector(vector);
    }
}

impl Slot for VectorInput {
    fn object(&mut self) -> Option<&mut InferenceObject> {
        match self {
            VectorInput::Inference(object) => Some(object),
            VectorInput::Vector(_) | VectorInput::Id(_) => None,
        }
    }

    fn put(&mut self, vector: Vector) {
        *self = VectorInput::Vector(vector);
    }
}
