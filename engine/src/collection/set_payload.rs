use qdrant_edge::{PayloadOps, SetPayloadOp};

use super::Collection;
use super::payload_change::{self, Growth};
use crate::error::Result;
use crate::model::{SetPayload, UpdateResult};
use crate::operation::Write;

impl Write for SetPayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        payload_change::check_limits(collection, &self.selector, Growth::Possible)?;
        let Self { payload, selector, key, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::SetPayload(SetPayloadOp { payload, points, filter, key });
        payload_change::apply(collection, change, wait)
    }
}
