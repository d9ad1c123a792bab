use qdrant_edge::RetrieveRequest;

use super::Collection;
use crate::error::Result;
use crate::model::{Record, RetrievePoints};
use crate::operation::Read;

impl Read for RetrievePoints {
    type Output = Vec<Record>;

    fn execute(self, collection: &Collection) -> Result<Vec<Record>> {
        collection.check_limits(|limits| limits.count_read(self.ids.len()))?;
        let Self { ids, with_payload, with_vector } = self;
        let request = RetrieveRequest { point_ids: ids, with_payload, with_vector };
        Ok(collection.shard().retrieve(request)?.into_iter().map(Into::into).collect())
    }
}
