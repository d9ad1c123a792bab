use qdrant_edge::{PayloadOps, SetPayloadOp};

use super::{Collection, payload_change};
use crate::error::Result;
use crate::model::{OverwritePayload, UpdateResult};
use crate::operation::Write;

impl Write for OverwritePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        let Self { payload, selector, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::OverwritePayload(SetPayloadOp { payload, points, filter, key: None });
        payload_change::apply(collection, change, wait)
    }
}
