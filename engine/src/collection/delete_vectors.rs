use qdrant_edge::{UpdateOperation, VectorOperations};

use super::Collection;
use super::plan::{self, Change, Plan};
use super::vector_schema::check_name;
use crate::error::Result;
use crate::model::{DeleteVectors, UpdateResult};
use crate::operation::Write;

impl Write for DeleteVectors {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        let wait = self.wait.unwrap_or(true);
        plan::execute(collection, self, wait)
    }
}

impl Change for DeleteVectors {
    fn plan(self, plan: &mut Plan) -> Result<()> {
        let Self { points, filter, vector, wait: _, ordering: _ } = self;
        let collection = plan.collection();
        collection.check_limits(|limits| {
            limits.write_filter(filter.as_ref())?;
            limits.count_filtered_write(filter.as_ref())
        })?;
        let config = collection.shard().config();
        vector.iter().try_for_each(|name| check_name(&config, name))?;
        let names: Vec<_> = vector.into_iter().collect();
        if let Some(points) = &points {
            plan.require(points)?;
        }
        if let Some(filter) = filter {
            let operation = VectorOperations::DeleteVectorsByFilter(filter, names.clone());
            plan.add(UpdateOperation::VectorOperation(operation));
        }
        if let Some(points) = points {
            let operation = VectorOperations::DeleteVectors(points.into(), names);
            plan.add(UpdateOperation::VectorOperation(operation));
        }
        Ok(())
    }
}
