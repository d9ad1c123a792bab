use qdrant_edge::{Filter, PointId};
use serde::{Deserialize, Deserializer, de};

use crate::error::{Error, Result};
use crate::model::validation::{Checked, Faults};

/// Which points a write is about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PointsSelector {
    /// Those in a list.
    Ids {
        /// Ids of the points.
        points: Vec<PointId>,
    },
    /// Those that match a filter.
    Filter {
        /// Conditions on the points.
        filter: Filter,
    },
}

impl PointsSelector {
    /// The filter, if the points are selected by one.
    pub(crate) fn filter(&self) -> Option<&Filter> {
        match self {
            Self::Ids { points: _ } => None,
            Self::Filter { filter } => Some(filter),
        }
    }
}

impl Checked for PointsSelector {
    fn find_faults(&self, faults: &mut Faults) -> Result<()> {
        match self {
            Self::Ids { points } if points.is_empty() => return Err(Error::empty_update()),
            Self::Ids { points: _ } => {}
            Self::Filter { filter } => faults.within("filter", Some(filter)),
        }
        Ok(())
    }
}

impl From<Vec<PointId>> for PointsSelector {
    fn from(points: Vec<PointId>) -> Self {
        Self::Ids { points }
    }
}

impl From<Filter> for PointsSelector {
    fn from(filter: Filter) -> Self {
        Self::Filter { filter }
    }
}

/// Reads the selector of a payload change, which has errors of its own: both fields are optional, and
/// the points come first.
pub(super) fn of_payload<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PointsSelector, D::Error> {
    #[derive(Deserialize)]
    struct Fields {
        points: Option<Vec<PointId>>,
        filter: Option<Filter>,
    }
    match Fields::deserialize(deserializer)? {
        Fields { points: Some(points), filter: _ } => Ok(points.into()),
        Fields { points: None, filter: Some(filter) } => Ok(filter.into()),
        Fields { points: None, filter: None } => {
            Err(de::Error::custom("Either list of point ids or filter must be provided"))
        }
    }
}
