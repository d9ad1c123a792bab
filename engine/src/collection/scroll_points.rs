use qdrant_edge::ScrollRequest;

use super::Collection;
use crate::error::Result;
use crate::model::{ScrollPoints, ScrollResult};
use crate::operation::Read;

/// The engine's, when none is given.
const DEFAULT_LIMIT: usize = 10;

impl Read for ScrollPoints {
    type Output = ScrollResult;

    fn execute(self, collection: &Collection) -> Result<ScrollResult> {
        self.validate()?;
        let Self { offset, limit, filter, with_payload, with_vector, order_by } = self;
        collection.check_limits(|limits| {
            limits.limit(limit.unwrap_or(DEFAULT_LIMIT))?;
            limits.read_filter(filter.as_ref())?;
            limits.count_filtered_read(filter.as_ref())
        })?;
        let limit = limit.map(|limit| collection.at_most_found(limit, order_by.is_some())).transpose()?;
        let with_vector = with_vector.unwrap_or_default();
        let request = ScrollRequest { offset, limit, filter, with_payload, with_vector, order_by };
        let (mut records, next_page_offset) = collection.shard().scroll(request)?;
        // In the order of a field, a point comes once for each of its values.
        records.dedup_by_key(|record| record.id);
        Ok(ScrollResult { points: records.into_iter().map(Into::into).collect(), next_page_offset })
    }
}
