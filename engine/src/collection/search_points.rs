use super::Collection;
use crate::error::Result;
use crate::model::{QueryPoints, ScoredPoint, SearchPoints};
use crate::operation::Read;

impl Read for SearchPoints {
    type Output = Vec<ScoredPoint>;

    fn execute(self, collection: &Collection) -> Result<Vec<ScoredPoint>> {
        self.validate()?;
        Ok(QueryPoints::from(self).execute(collection)?.points)
    }
}
