use qdrant_edge::FacetRequest;

use super::Collection;
use crate::error::Result;
use crate::model::{Facet, FacetResponse};
use crate::operation::Read;

const DEFAULT_LIMIT: usize = 10;

impl Read for Facet {
    type Output = FacetResponse;

    fn execute(self, collection: &Collection) -> Result<FacetResponse> {
        self.validate()?;
        let Self { key, limit, filter, exact } = self;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        let exact = exact.unwrap_or(false);
        collection.check_limits(|limits| {
            limits.limit(limit)?;
            limits.read_filter(filter.as_ref())?;
            limits.exact(exact)?;
            limits.count_filtered_read(filter.as_ref())
        })?;
        let request = FacetRequest { key, limit, filter, exact };
        Ok(collection.shard().facet(request)?.into())
    }
}
