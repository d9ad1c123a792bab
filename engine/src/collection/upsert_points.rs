use qdrant_edge::{
    ConditionalInsertOperation, PointInsertOperations, PointOperations, PointStructPersisted, UpdateMode,
    UpdateOperation,
};

use super::Collection;
use super::plan::{self, Change, Plan};
use super::vector_schema::check_vectors;
use crate::error::Result;
use crate::inference::{Slot, WithObjects};
use crate::model::{Checked, UpdateResult, UpsertPoints};
use crate::operation::Write;

impl Write for UpsertPoints {
    type Output = UpdateResult;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl WithObjects for UpsertPoints {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        self.for_each_source(&mut |name, vector| visit(name, vector));
    }
}

impl Change for UpsertPoints {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        let Self { points, update_filter, update_mode, wait: _, ordering: _ } = self;
        let points = points.into_list()?;
        let points: Vec<_> = points.into_iter().map(PointStructPersisted::try_from).collect::<Result<_>>()?;
        let collection = plan.collection();
        collection.check_limits(|limits| {
            limits.points(points.len(), "upsert limit")?;
            limits.memory()?;
            limits.collection_size()?;
            limits.vectors(points.iter().map(|point| &point.vector))?;
            limits.count_write(1)
        })?;
        check_vectors(&collection.shard().config(), points.iter().map(|point| &point.vector))?;
        match update_mode {
            None | Some(UpdateMode::Upsert | UpdateMode::InsertOnly) => {
                plan.insert(points.iter().map(|point| point.id));
            }
            Some(UpdateMode::UpdateOnly) => {}
        }
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
        plan.add(UpdateOperation::PointOperation(operation));
        Ok(())
    }
}
