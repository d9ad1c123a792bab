use std::collections::BTreeSet;

use qdrant_edge::{Filter, PointId};
use serde::Deserialize;

use super::WriteOrdering;
use crate::error::{Error, Result};
use crate::model::validation::{Checked, Faults};

/// Deletes vectors of points, and keeps their other vectors and their payload.
///
/// # Errors
/// 404 when one of the points does not exist; 400 when there is no vector of a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DeleteVectors {
    /// Ids of points to change.
    pub points: Option<Vec<PointId>>,
    /// Conditions on points to change. With `points`, those of either are.
    pub filter: Option<Filter>,
    /// Names of the vectors to delete.
    #[serde(alias = "vectors")]
    pub vector: BTreeSet<String>,
    /// Whether the answer is `completed` rather than `acknowledged`. Default: true.
    pub wait: Option<bool>,
    /// Accepted for compatibility.
    pub ordering: Option<WriteOrdering>,
}

impl Checked for DeleteVectors {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        let Self { points, filter, vector, wait: _, ordering: _ } = self;
        faults.within("filter", filter.as_ref());
        if vector.is_empty() {
            faults.add("vector", "must specify vector names to delete");
        }
        if faults.any() {
            return Ok(());
        }
        match (points, filter) {
            (None, None) => Err(Error::BadRequest("No filter or points provided".to_owned())),
            (Some(points), _) if points.is_empty() => Err(Error::empty_update()),
            _ => Ok(()),
        }
    }
}
