use qdrant_edge::RetrieveRequest;

use super::Collection;
use crate::error::{Error, Result};
use crate::model::{GetPoint, Record};
use crate::operation::Read;

impl Read for GetPoint {
    type Output = Record;

    fn execute(self, collection: &Collection) -> Result<Record> {
        let id = self.point_id()?;
        collection.check_limits(|limits| limits.count_read(1))?;
        let request = RetrieveRequest {
            point_ids: vec![id],
            with_payload: Some(true.into()),
            with_vector: Some(true.into()),
        };
        let found = collection.shard().retrieve(request)?.pop();
        found.map(Into::into).ok_or_else(|| Error::NotFound(format!("Point with id {id} does not exists!")))
    }
}
