use qdrant_edge::{DeletePayloadOp, PayloadOps};

use super::{Collection, payload_change};
use crate::error::Result;
use crate::model::{DeletePayload, UpdateResult};
use crate::operation::Write;

impl Write for DeletePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        let Self { keys, selector, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::DeletePayload(DeletePayloadOp { keys, points, filter });
        payload_change::apply(collection, change, wait)
    }
}
