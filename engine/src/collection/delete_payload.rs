use qdrant_edge::{DeletePayloadOp, PayloadOps};

use super::Collection;
use super::payload_change::{self, Growth};
use crate::error::Result;
use crate::model::{DeletePayload, UpdateResult};
use crate::operation::Write;

impl Write for DeletePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        payload_change::check_limits(collection, &self.selector, Growth::None)?;
        let Self { keys, selector, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::DeletePayload(DeletePayloadOp { keys, points, filter });
        payload_change::apply(collection, change, wait)
    }
}
