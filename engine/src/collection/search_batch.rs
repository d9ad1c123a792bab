use super::Collection;
use crate::error::Result;
use crate::model::{QueryBatch, ScoredPoint, SearchBatch};
use crate::operation::Read;

impl Read for SearchBatch {
    type Output = Vec<Vec<ScoredPoint>>;

    fn execute(self, collection: &Collection) -> Result<Vec<Vec<ScoredPoint>>> {
        self.validate()?;
        let searches = self.searches.into_iter().map(|mut search| {
            search.with_payload.get_or_insert_with(|| false.into());
            search.into()
        });
        let batch = QueryBatch { searches: searches.collect() };
        Ok(batch.execute(collection)?.into_iter().map(|response| response.points).collect())
    }
}
