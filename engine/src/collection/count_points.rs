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
        let exact = exact.unwrap_or(true);
        collection.check_limits(|limits| {
            limits.read_filter(filter.as_ref())?;
            limits.exact(exact)?;
            limits.count_filtered_read(filter.as_ref())
        })?;
        let request = CountRequest { filter, exact };
        Ok(CountResult { count: collection.shard().count(request)? })
    }
}
