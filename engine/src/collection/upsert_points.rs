use qdrant_edge::{ConditionalInsertOperation, PointInsertOperations, PointOperations, UpdateOperation};

use super::Collection;
use super::vector_schema::check_points;
use crate::error::Result;
use crate::model::{UpdateResult, UpsertPoints};
use crate::operation::Write;

impl Write for UpsertPoints {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        let Self { points, update_filter, update_mode, wait, ordering: _ } = self;
        let points = points.into_points();
        collection.check_limits(|limits| {
            limits.points(points.len(), "upsert limit")?;
            limits.memory()?;
            limits.collection_size()?;
            limits.vectors(points.iter().map(|point| &point.vector))?;
            limits.count_write(1)
        })?;
        check_points(&collection.shard().config(), &points)?;
        let points = PointInsertOperations::PointsList(points);
        let operation = if update_filter.is_some() || update_mode.is_some() {
            PointOperations::UpsertPointsConditional(ConditionalInsertOperation {
                points_op: points,
                condition: update_filter.unwrap_or_default(),
                update_mode,
            })
        } else {
            PointOperations::UpsertPoints(points)
        };
        let number = collection.update(UpdateOperation::PointOperation(operation))?;
        Ok(UpdateResult::applied(number, wait.unwrap_or(true)))
    }
}
