use serde::Deserialize;

use super::search_batch::needs_limit;
use super::{QueryBatch, RecommendPoints};
use crate::error::Result;
use crate::model::validation::Faults;

/// Runs several recommendations at once. In contrast to one alone, they need a `limit`, and return no
/// payload unless asked to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RecommendBatch {
    /// The recommendations.
    pub searches: Vec<RecommendPoints>,
}

impl RecommendBatch {
    pub(crate) fn validate(&self) -> Result<()> {
        self.searches.iter().try_for_each(|search| needs_limit(search.limit))?;
        let mut faults = Faults::default();
        for (index, search) in self.searches.iter().enumerate() {
            search.check(&format!("searches[{index}].recommend_request"), &mut faults)?;
        }
        faults.into_result()?;
        self.searches.iter().try_for_each(RecommendPoints::check_examples)
    }
}

impl From<RecommendBatch> for QueryBatch {
    fn from(batch: RecommendBatch) -> Self {
        let RecommendBatch { searches } = batch;
        let searches = searches.into_iter().map(|mut search| {
            search.with_payload.get_or_insert_with(|| false.into());
            search.into()
        });
        Self { searches: searches.collect() }
    }
}
