use serde::Deserialize;

use super::{QueryBatch, SearchPoints};
use crate::error::{Error, Result};
use crate::model::validation::Faults;

/// Runs several searches at once. In contrast to one alone, they need a `limit`, and return no payload
/// unless asked to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct SearchBatch {
    /// The searches.
    pub searches: Vec<SearchPoints>,
}

impl SearchBatch {
    pub(crate) fn validate(&self) -> Result<()> {
        self.searches.iter().try_for_each(|search| needs_limit(search.limit))?;
        let mut faults = Faults::default();
        for (index, search) in self.searches.iter().enumerate() {
            search.check(&format!("searches[{index}].search_request"), &mut faults)?;
        }
        faults.into_result()
    }
}

impl From<SearchBatch> for QueryBatch {
    fn from(batch: SearchBatch) -> Self {
        let SearchBatch { searches } = batch;
        let searches = searches.into_iter().map(|mut search| {
            search.with_payload.get_or_insert_with(|| false.into());
            search.into()
        });
        Self { searches: searches.collect() }
    }
}

/// The server knows no default for it; that of single searches is the client's.
pub(super) fn needs_limit(limit: Option<usize>) -> Result<()> {
    match limit {
        Some(_) => Ok(()),
        None => Err(Error::Format("missing field `limit`".to_owned())),
    }
}
