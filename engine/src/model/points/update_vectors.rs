use qdrant_edge::{Filter, PointId, PointVectorsPersisted};
use serde::Deserialize;

use super::WriteOrdering;
use crate::error::{Error, Result};
use crate::model::validation::{Checked, Faults};
use crate::model::vectors::{self, VectorSource, VectorStruct};

/// Replaces vectors of points, and keeps their other vectors and their payload.
///
/// # Errors
/// 404 when one of the points does not exist; 400 for a vector of the wrong dimension, kind or name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UpdateVectors {
    /// The points with their new vectors. Of vectors of one name for one point the last counts.
    pub points: Vec<PointVectors>,
    /// Conditions that a point has to meet to be changed. Default: none.
    pub update_filter: Option<Filter>,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

/// New vectors of a point.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PointVectors {
    /// Id of the point.
    pub id: PointId,
    /// Its new vectors.
    #[serde(alias = "vectors", deserialize_with = "vectors::of_point")]
    pub vector: VectorStruct,
}

impl UpdateVectors {
    /// Replaces vectors of points.
    pub fn new(points: Vec<PointVectors>) -> Self {
        Self { points, update_filter: None, wait: None, ordering: None }
    }

    /// Calls `visit` for each vector that may be an object, with its name.
    pub(crate) fn for_each_source(&mut self, visit: &mut dyn FnMut(&str, &mut VectorSource)) {
        for PointVectors { id: _, vector } in &mut self.points {
            match vector {
                // Objects are refused here.
                VectorStruct::Default(_) => {}
                VectorStruct::Named(_) => vector.for_each_source(visit),
            }
        }
    }
}

impl Checked for UpdateVectors {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        let Self { points, update_filter, wait: _, ordering: _ } = self;
        if points.is_empty() {
            faults.add("points", "must specify points to update");
        }
        for (index, PointVectors { id: _, vector }) in points.iter().enumerate() {
            let path = format!("points[{index}].vector");
            if let Some(fault) = vector.non_finite() {
                return Err(vectors::non_finite_error("VectorStruct", &path, &fault));
            }
            if vector.is_empty() {
                faults.add(&path, "must specify vectors to update for point");
            } else {
                vector.check(&path, faults);
            }
        }
        faults.within("update_filter", update_filter.as_ref());
        Ok(())
    }
}

impl PointVectors {
    /// Checks that there is no object to make a default vector of.
    pub(crate) fn check_objects(&self) -> Result<()> {
        match &self.vector {
            VectorStruct::Default(VectorSource::Inference(object)) => {
                let kind = object.kind();
                Err(Error::Inference(format!("{kind} processing is not supported for point vectors.")))
            }
            VectorStruct::Default(VectorSource::Vector(_)) | VectorStruct::Named(_) => Ok(()),
        }
    }
}

/// Only after a vector has been made of each object.
impl TryFrom<PointVectors> for PointVectorsPersisted {
    type Error = Error;

    fn try_from(point: PointVectors) -> Result<Self> {
        let PointVectors { id, vector } = point;
        Ok(Self { id, vector: vector.try_into()? })
    }
}
