use super::Collection;
use crate::error::Result;
use crate::model::{DiscoverPoints, QueryPoints, ScoredPoint};
use crate::operation::{Collections, Read};

impl Read for DiscoverPoints {
    type Output = Vec<ScoredPoint>;

    fn run(self, name: &str, collections: &impl Collections) -> Result<Vec<ScoredPoint>> {
        self.validate()?;
        Ok(QueryPoints::from(self).run(name, collections)?.points)
    }

    fn execute(self, collection: &Collection) -> Result<Vec<ScoredPoint>> {
        self.validate()?;
        Ok(QueryPoints::from(self).execute(collection)?.points)
    }
}
