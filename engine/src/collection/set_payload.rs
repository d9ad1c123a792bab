use qdrant_edge::{PayloadOps, SetPayloadOp};

use super::{Collection, payload_change};
use crate::error::Result;
use crate::model::{SetPayload, UpdateResult};
use crate::operation::Write;

impl Write for SetPayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        let Self { payload, selector, key, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::SetPayload(SetPayloadOp { payload, points, filter, key });
        payload_change::apply(collection, change, wait)
    }
}
