use qdrant_edge::Filter;
use serde::Deserialize;

use crate::error::Result;
use crate::model::validation::Faults;

/// Counts points.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct CountPoints {
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// Whether to count each point rather than to estimate. Default: true.
    pub exact: Option<bool>,
}

impl CountPoints {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { filter, exact: _ } = self;
        let mut faults = Faults::default();
        faults.within("count_request.filter", filter.as_ref());
        faults.into_result()
    }
}
