use qdrant_edge::{PointVectorsPersisted, UpdateOperation, UpdateVectorsOp, VectorOperations};

use super::Collection;
use super::plan::{self, Change, Plan};
use super::vector_schema::check_vectors;
use crate::error::Result;
use crate::inference::{Slot, WithObjects};
use crate::model::{Checked, PointVectors, UpdateResult, UpdateVectors};
use crate::operation::Write;

impl Write for UpdateVectors {
    type Output = UpdateResult;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl WithObjects for UpdateVectors {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        self.for_each_source(&mut |name, vector| visit(name, vector));
    }
}

impl Change for UpdateVectors {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        let Self { points, update_filter, wait: _, ordering: _ } = self;
        points.iter().try_for_each(PointVectors::check_objects)?;
        let points: Vec<_> =
            points.into_iter().map(PointVectorsPersisted::try_from).collect::<Result<_>>()?;
        let collection = plan.collection();
        collection.check_limits(|limits| {
            limits.points(points.len(), "update limit")?;
            limits.memory()?;
            limits.collection_size()?;
            limits.vectors(points.iter().map(|point| &point.vector))?;
            limits.count_write(1)
        })?;
        check_vectors(&collection.shard().config(), points.iter().map(|point| &point.vector))?;
        plan.require(&points.iter().map(|point| point.id).collect::<Vec<_>>())?;
        let operation = VectorOperations::UpdateVectors(UpdateVectorsOp { points, update_filter });
        plan.add(UpdateOperation::VectorOperation(operation));
        Ok(())
    }
}
