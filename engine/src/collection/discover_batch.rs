use super::Collection;
use super::search_batch::points_of_each;
use crate::error::Result;
use crate::model::{DiscoverBatch, QueryBatch, ScoredPoint};
use crate::operation::{Collections, Read};

impl Read for DiscoverBatch {
    type Output = Vec<Vec<ScoredPoint>>;

    fn run(self, name: &str, collections: &impl Collections) -> Result<Vec<Vec<ScoredPoint>>> {
        self.validate()?;
        Ok(points_of_each(QueryBatch::from(self).run(name, collections)?))
    }

    fn execute(self, collection: &Collection) -> Result<Vec<Vec<ScoredPoint>>> {
        self.validate()?;
        Ok(points_of_each(QueryBatch::from(self).execute(collection)?))
    }
}
