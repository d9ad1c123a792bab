use super::Collection;
use crate::error::Result;
use crate::model::{QueryBatch, QueryResponse, ScoredPoint, SearchBatch};
use crate::operation::Read;

impl Read for SearchBatch {
    type Output = Vec<Vec<ScoredPoint>>;

    fn execute(self, collection: &Collection) -> Result<Vec<Vec<ScoredPoint>>> {
        self.validate()?;
        Ok(points_of_each(QueryBatch::from(self).execute(collection)?))
    }
}

/// What the operations before [`QueryBatch`] answer.
pub(super) fn points_of_each(responses: Vec<QueryResponse>) -> Vec<Vec<ScoredPoint>> {
    responses.into_iter().map(|QueryResponse { points }| points).collect()
}
