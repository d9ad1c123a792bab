use qdrant_edge::{PayloadOps, UpdateOperation};

use super::Collection;
use super::payload_change::{self, Growth};
use super::plan::{self, Change, Plan};
use crate::error::Result;
use crate::model::{ClearPayload, PointsSelector, UpdateResult};
use crate::operation::Write;

impl Write for ClearPayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl Change for ClearPayload {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        payload_change::check_limits(plan.collection(), &self.selector, Growth::None)?;
        let Self { selector, wait: _, ordering: _ } = self;
        let change = match selector {
            PointsSelector::Ids { points } => {
                plan.require(&points)?;
                PayloadOps::ClearPayload { points }
            }
            PointsSelector::Filter { filter } => PayloadOps::ClearPayloadByFilter(filter),
        };
        plan.add(UpdateOperation::PayloadOperation(change));
        Ok(())
    }
}
