use qdrant_edge::{DeletePayloadOp, PayloadOps, UpdateOperation};

use super::Collection;
use super::payload_change::{self, Growth};
use super::plan::{self, Change, Plan};
use crate::error::Result;
use crate::model::{DeletePayload, UpdateResult};
use crate::operation::Write;

impl Write for DeletePayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl Change for DeletePayload {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        payload_change::check_limits(plan.collection(), &self.selector, Growth::None)?;
        let Self { keys, selector, wait: _, ordering: _ } = self;
        let (points, filter) = payload_change::select(plan, selector)?;
        let change = PayloadOps::DeletePayload(DeletePayloadOp { keys, points, filter });
        plan.add(UpdateOperation::PayloadOperation(change));
        Ok(())
    }
}
