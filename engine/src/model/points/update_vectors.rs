use qdrant_edge::{Filter, PointId, PointVectorsPersisted};
use serde::Deserialize;
use validator::Validate;

use super::WriteOrdering;
use crate::error::Result;
use crate::model::validation::{Checked, Faults};
use crate::model::vectors::{self, VectorStruct};

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
}

impl Checked for UpdateVectors {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        let Self { points, update_filter, wait: _, ordering: _ } = self;
        if points.is_empty() {
            faults.add("points", "must specify points to update");
        }
        for (index, PointVectors { id: _, vector }) in points.iter().enumerate() {
            let path = format!("points[{index}].vector");
            if let Some(fault) = vectors::non_finite_of_point(vector) {
                return Err(vectors::non_finite_error("VectorStruct", &path, &fault));
            }
            if vectors::is_empty(vector) {
                faults.add(&path, "must specify vectors to update for point");
            } else if let Err(errors) = vector.validate() {
                faults.extend(&path, &errors);
            }
        }
        faults.within("update_filter", update_filter.as_ref());
        Ok(())
    }
}

impl From<PointVectors> for PointVectorsPersisted {
    fn from(point: PointVectors) -> Self {
        let PointVectors { id, vector } = point;
        Self { id, vector }
    }
}
