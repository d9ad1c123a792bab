use serde::Deserialize;

use super::SearchPoints;
use crate::error::Result;

/// Runs several searches at once. In contrast to one alone, they return no payload unless asked to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct SearchBatch {
    /// The searches.
    pub searches: Vec<SearchPoints>,
}

impl SearchBatch {
    pub(crate) fn validate(&self) -> Result<()> {
        self.searches.iter().try_for_each(SearchPoints::validate)
    }
}
