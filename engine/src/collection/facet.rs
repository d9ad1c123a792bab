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
        let request = FacetRequest { key, limit, filter, exact: exact.unwrap_or(false) };
        Ok(collection.shard().facet(request)?.into())
    }
}
