use serde::Deserialize;

use super::QueryPoints;
use crate::error::Result;
use crate::model::validation::Faults;

/// Runs several queries at once, which costs less than one after the other.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct QueryBatch {
    /// The queries.
    pub searches: Vec<QueryPoints>,
}

impl QueryBatch {
    pub(crate) fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        for (index, query) in self.searches.iter().enumerate() {
            query.check(&format!("searches[{index}].internal"), &mut faults)?;
        }
        faults.into_result()?;
        self.searches.iter().try_for_each(QueryPoints::check_parts)
    }
}
