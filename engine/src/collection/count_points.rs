use qdrant_edge::CountRequest;

use super::Collection;
use crate::error::Result;
use crate::model::{CountPoints, CountResult};
use crate::operation::Read;

impl Read for CountPoints {
    type Output = CountResult;

    fn execute(self, collection: &Collection) -> Result<CountResult> {
        self.validate()?;
        let Self { filter, exact } = self;
        let request = CountRequest { filter, exact: exact.unwrap_or(true) };
        Ok(CountResult { count: collection.shard().count(request)? })
    }
}
