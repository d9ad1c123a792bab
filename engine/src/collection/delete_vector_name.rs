use super::Collection;
use crate::error::Result;
use crate::model::{DeleteVectorName, UpdateResult};
use crate::operation::Write;

impl Write for DeleteVectorName {
    type Output = UpdateResult;

    // A run that began before makes a segment for writes without knowing of the change.
    const BESIDE_OPTIMIZER: bool = false;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.params.waits();
        let (config, operation) = self.applied_to(collection.settings())?;
        let number = collection.change_vectors(config, operation)?;
        Ok(UpdateResult::applied(number, wait))
    }
}
