use qdrant_edge::{PointOperations, UpdateOperation};

use super::Collection;
use super::plan::{self, Change, Plan};
use crate::error::Result;
use crate::model::{DeletePoints, PointsSelector, UpdateResult};
use crate::operation::Write;

impl Write for DeletePoints {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(false);
        plan::execute(collection, self, wait)
    }
}

impl Change for DeletePoints {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        let Self { selector, wait: _, ordering: _ } = self;
        plan.collection().check_limits(|limits| {
            limits.write_filter(selector.filter())?;
            limits.count_filtered_write(selector.filter())
        })?;
        let operation = match selector {
            PointsSelector::Ids { points } => {
                plan.delete(&points);
                PointOperations::DeletePoints { ids: points }
            }
            PointsSelector::Filter { filter } => {
                plan.delete_matching(&filter);
                PointOperations::DeletePointsByFilter(filter)
            }
        };
        plan.add(UpdateOperation::PointOperation(operation));
        Ok(())
    }
}
