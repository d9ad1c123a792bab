use qdrant_edge::{PointOperations, UpdateOperation};

use super::Collection;
use crate::error::Result;
use crate::model::{DeletePoints, PointsSelector, UpdateResult};
use crate::operation::Write;

impl Write for DeletePoints {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        let Self { selector, wait, ordering: _ } = self;
        collection.check_limits(|limits| {
            limits.write_filter(selector.filter())?;
            limits.count_filtered_write(selector.filter())
        })?;
        let operation = match selector {
            PointsSelector::Ids { points } => PointOperations::DeletePoints { ids: points },
            PointsSelector::Filter { filter } => PointOperations::DeletePointsByFilter(filter),
        };
        let number = collection.update(UpdateOperation::PointOperation(operation))?;
        Ok(UpdateResult::applied(number, wait.unwrap_or(false)))
    }
}
