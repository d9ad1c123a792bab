use super::{Collection, query_points};
use crate::error::Result;
use crate::model::{ScoredPoint, SearchPoints};
use crate::operation::Read;

impl Read for SearchPoints {
    type Output = Vec<ScoredPoint>;

    fn execute(self, collection: &Collection) -> Result<Vec<ScoredPoint>> {
        self.validate()?;
        Ok(query_points::run(collection, self.into())?.points)
    }
}
