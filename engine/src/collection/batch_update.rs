use super::Collection;
use super::plan::{Change, Plan};
use crate::error::Result;
use crate::inference::{Slot, WithObjects};
use crate::model::{BatchUpdate, Checked, UpdateOperation, UpdateResult};
use crate::operation::{Write, WriteOutput};

impl Write for BatchUpdate {
    type Output = Vec<UpdateResult>;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn execute(self, collection: &Collection) -> Result<Vec<UpdateResult>> {
        self.validate()?;
        let Self { operations, wait, ordering: _ } = self;
        let mut plan = Plan::new(collection);
        let mut ends = Vec::with_capacity(operations.len());
        for operation in operations {
            match operation {
                UpdateOperation::Upsert(upsert) => upsert.plan(&mut plan)?,
                UpdateOperation::Delete(delete) => delete.plan(&mut plan)?,
                UpdateOperation::SetPayload(set) => set.plan(&mut plan)?,
                UpdateOperation::OverwritePayload(overwrite) => overwrite.plan(&mut plan)?,
                UpdateOperation::DeletePayload(delete) => delete.plan(&mut plan)?,
                UpdateOperation::ClearPayload(clear) => clear.plan(&mut plan)?,
                UpdateOperation::UpdateVectors(update) => update.plan(&mut plan)?,
                UpdateOperation::DeleteVectors(delete) => delete.plan(&mut plan)?,
            }
            ends.push(plan.len());
        }
        let numbers = plan.apply()?;
        let wait = wait.unwrap_or(true);
        // Some updates are more than one operation of the engine: the last one has their number.
        Ok(ends.into_iter().map(|end| UpdateResult::applied(numbers[end - 1], wait)).collect())
    }
}

impl WithObjects for BatchUpdate {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        for operation in &mut self.operations {
            match operation {
                UpdateOperation::Upsert(upsert) => upsert.for_each_slot(visit),
                UpdateOperation::UpdateVectors(update) => update.for_each_slot(visit),
                UpdateOperation::Delete(_)
                | UpdateOperation::SetPayload(_)
                | UpdateOperation::OverwritePayload(_)
                | UpdateOperation::DeletePayload(_)
                | UpdateOperation::ClearPayload(_)
                | UpdateOperation::DeleteVectors(_) => {}
            }
        }
    }
}

impl WriteOutput for Vec<UpdateResult> {}
