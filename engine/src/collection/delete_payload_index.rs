use qdrant_edge::UpdateOperation;

use super::Collection;
use crate::error::Result;
use crate::model::{DeletePayloadIndex, UpdateResult};
use crate::operation::Write;

impl Write for DeletePayloadIndex {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait;
        let number = collection.update(UpdateOperation::FieldIndexOperation(self.into_operation()))?;
        Ok(UpdateResult::applied(number, wait))
    }
}
