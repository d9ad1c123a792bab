use qdrant_edge::UpdateOperation;

use super::Collection;
use crate::error::Result;
use crate::model::{CreatePayloadIndex, UpdateResult};
use crate::operation::Write;

/// Runs until the field is indexed; an index of the same field and type is built anew only if its
/// settings differ.
impl Write for CreatePayloadIndex {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(false);
        let operation = self.into_operation()?;
        let number = collection.update(UpdateOperation::FieldIndexOperation(operation))?;
        Ok(UpdateResult::applied(number, wait))
    }
}
