use qdrant_edge::{PayloadOps, SetPayloadOp};

use super::Collection;
use super::payload_change::{self, Growth};
use crate::error::Result;
use crate::model::{OverwritePayload, UpdateResult};
use crate::operation::Write;

impl Write for OverwritePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        payload_change::check_limits(collection, &self.selector, Growth::Possible)?;
        let Self { payload, selector, wait, ordering: _ } = self;
        let (points, filter) = payload_change::select(collection, selector)?;
        let change = PayloadOps::OverwritePayload(SetPayloadOp { payload, points, filter, key: None });
        payload_change::apply(collection, change, wait)
    }
}
