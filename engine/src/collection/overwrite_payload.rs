use qdrant_edge::{PayloadOps, SetPayloadOp, UpdateOperation};

use super::Collection;
use super::payload_change::{self, Growth};
use super::plan::{self, Change, Plan};
use crate::error::Result;
use crate::model::{OverwritePayload, UpdateResult};
use crate::operation::Write;

impl Write for OverwritePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl Change for OverwritePayload {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        payload_change::check_limits(plan.collection(), &self.selector, Growth::Possible)?;
        let Self { payload, selector, wait: _, ordering: _ } = self;
        let (points, filter) = payload_change::select(plan, selector)?;
        let change = PayloadOps::OverwritePayload(SetPayloadOp { payload, points, filter, key: None });
        plan.add(UpdateOperation::PayloadOperation(change));
        Ok(())
    }
}
