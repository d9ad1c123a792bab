use serde::Deserialize;

use super::search_batch::needs_limit;
use super::{DiscoverPoints, QueryBatch};
use crate::error::Result;
use crate::model::validation::Faults;

/// Runs several discoveries at once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DiscoverBatch {
    /// The discoveries.
    pub searches: Vec<DiscoverPoints>,
}

impl DiscoverBatch {
    pub(crate) fn validate(&self) -> Result<()> {
        self.searches.iter().try_for_each(|search| needs_limit(search.limit))?;
        let mut faults = Faults::default();
        for (index, search) in self.searches.iter().enumerate() {
            search.check(&format!("searches[{index}].discover_request"), &mut faults)?;
        }
        faults.into_result()?;
        self.searches.iter().try_for_each(DiscoverPoints::check_examples)
    }
}

impl From<DiscoverBatch> for QueryBatch {
    fn from(batch: DiscoverBatch) -> Self {
        let DiscoverBatch { searches } = batch;
        Self { searches: searches.into_iter().map(Into::into).collect() }
    }
}
