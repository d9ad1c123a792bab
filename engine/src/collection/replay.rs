//! Operations in a form that the write-ahead log can repeat.
//!
//! The engine flushes a segment's indexes before its payloads, and the versions of the points last. A
//! process that ends in between leaves an index that is ahead of the payloads; the next opening repeats
//! the log, and a filter finds other points than it did, or a point that was new is there already. So
//! what an operation is about is found before it is logged: the log has ids only.
//!
//! Changes of payloads and vectors want the points to exist. The engine looks after each
//! [`CHUNK`] of them, and leaves out the rest where one is missing, as it may be when a later deletion
//! was flushed. So such a deletion waits until the wide changes of its points are flushed.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use qdrant_edge::{
    Condition, ConditionalInsertOperation, DeletePayloadOp, Filter, PayloadOps, PointId, PointIdsList,
    PointInsertOperations, PointOperations, RetrieveRequest, ScrollRequest, SetPayloadOp, UpdateMode,
    UpdateOperation, UpdateVectorsOp, VectorOperations,
};

use super::Collection;
use crate::error::Result;

/// Points that the engine changes together.
const CHUNK: usize = 32;

/// Points of wide changes that are kept in mind. With more, a flush is cheap in comparison.
const MAX_REMEMBERED: usize = 100_000;

/// Bytes of operations that wait for a flush. Until then they are in the log, and what they replace keeps
/// its room in the segments.
const MAX_UNFLUSHED: u64 = 128 * 1024 * 1024;

impl Collection {
    /// Brings an operation into a form that can be repeated; called right before it is applied.
    pub(super) fn make_repeatable(&self, operation: UpdateOperation) -> Result<UpdateOperation> {
        let operation = self.by_ids(operation)?;
        let deleted = deleted(&operation);
        let must_wait = match self.never_flushed.load(Ordering::Acquire) {
            // What the log holds from before is not known.
            true => !deleted.is_empty(),
            false => {
                let widely_changed = self.widely_changed.lock();
                deleted.iter().any(|id| widely_changed.contains(id))
            }
        };
        if must_wait {
            self.flush_log()?;
        }
        Ok(operation)
    }

    /// Keeps in mind what an operation of this size has changed; called after it was applied.
    pub(super) fn remember_change(&self, changed: Vec<PointId>, size: u64) {
        let mut is_due = self.unflushed.fetch_add(size, Ordering::AcqRel) + size > MAX_UNFLUSHED;
        if changed.len() > CHUNK {
            let mut remembered = self.widely_changed.lock();
            remembered.extend(changed);
            is_due |= remembered.len() > MAX_REMEMBERED;
        }
        if is_due && let Err(error) = self.flush() {
            tracing::error!(%error, path = %self.shard.path().display(), "flush failed");
        }
    }

    /// With the points that a filter or a condition is about as they are now.
    pub(super) fn by_ids(&self, operation: UpdateOperation) -> Result<UpdateOperation> {
        Ok(match operation {
            UpdateOperation::PointOperation(operation) => {
                UpdateOperation::PointOperation(self.points_by_ids(operation)?)
            }
            UpdateOperation::VectorOperation(operation) => {
                UpdateOperation::VectorOperation(self.vectors_by_ids(operation)?)
            }
            UpdateOperation::PayloadOperation(operation) => {
                UpdateOperation::PayloadOperation(self.payload_by_ids(operation)?)
            }
            operation @ (UpdateOperation::FieldIndexOperation(_)
            | UpdateOperation::VectorNameOperation(_)) => operation,
        })
    }

    /// Without the points that are to be changed and do not exist.
    pub(super) fn without_missing(&self, mut operation: UpdateOperation) -> Result<UpdateOperation> {
        let required = required(&operation);
        if !required.is_empty() {
            let existing = self.existing(required)?;
            operation.retain_point_ids(|id| existing.contains(id));
        }
        Ok(operation)
    }

    fn points_by_ids(&self, operation: PointOperations) -> Result<PointOperations> {
        Ok(match operation {
            PointOperations::UpsertPointsConditional(conditional) => {
                PointOperations::UpsertPoints(self.that_apply(conditional)?)
            }
            PointOperations::DeletePointsByFilter(filter) => {
                PointOperations::DeletePoints { ids: self.matching(filter)? }
            }
            operation @ (PointOperations::UpsertPoints(_)
            | PointOperations::DeletePoints { .. }
            | PointOperations::SyncPoints(_)
            | PointOperations::UpsertPointsRaw(_)
            | PointOperations::SyncPointsRaw(_)) => operation,
        })
    }

    fn vectors_by_ids(&self, operation: VectorOperations) -> Result<VectorOperations> {
        Ok(match operation {
            VectorOperations::UpdateVectors(UpdateVectorsOp {
                mut points,
                update_filter: Some(condition),
            }) => {
                let excluded = self.excluded(points.iter().map(|point| point.id), condition)?;
                points.retain(|point| !excluded.contains(&point.id));
                VectorOperations::UpdateVectors(UpdateVectorsOp { points, update_filter: None })
            }
            VectorOperations::DeleteVectorsByFilter(filter, names) => {
                VectorOperations::DeleteVectors(self.matching(filter)?.into(), names)
            }
            VectorOperations::DeleteVectors(PointIdsList { points }, names) => {
                VectorOperations::DeleteVectors(distinct(points).into(), names)
            }
            operation @ VectorOperations::UpdateVectors(_) => operation,
        })
    }

    fn payload_by_ids(&self, operation: PayloadOps) -> Result<PayloadOps> {
        let by_ids = |points: Option<Vec<PointId>>, filter: Option<Filter>| match (points, filter) {
            (None, Some(filter)) => self.matching(filter).map(Some),
            (points, _) => Ok(points.map(distinct)),
        };
        let set = |SetPayloadOp { payload, points, filter, key }| -> Result<SetPayloadOp> {
            Ok(SetPayloadOp { payload, points: by_ids(points, filter)?, filter: None, key })
        };
        Ok(match operation {
            PayloadOps::SetPayload(operation) => PayloadOps::SetPayload(set(operation)?),
            PayloadOps::OverwritePayload(operation) => PayloadOps::OverwritePayload(set(operation)?),
            PayloadOps::DeletePayload(DeletePayloadOp { keys, points, filter }) => {
                let points = by_ids(points, filter)?;
                PayloadOps::DeletePayload(DeletePayloadOp { keys, points, filter: None })
            }
            PayloadOps::ClearPayloadByFilter(filter) => {
                PayloadOps::ClearPayload { points: self.matching(filter)? }
            }
            PayloadOps::ClearPayload { points } => PayloadOps::ClearPayload { points: distinct(points) },
        })
    }

    /// Those points of a conditional upsert that meet the condition.
    fn that_apply(&self, operation: ConditionalInsertOperation) -> Result<PointInsertOperations> {
        let ConditionalInsertOperation { points_op: mut points, condition, update_mode } = operation;
        let ids = points.point_ids();
        match update_mode.unwrap_or_default() {
            UpdateMode::Upsert => {
                let excluded = self.excluded(ids, condition)?;
                points.retain_point_ids(|id| !excluded.contains(id));
            }
            UpdateMode::InsertOnly => {
                let existing = self.existing(ids)?;
                points.retain_point_ids(|id| !existing.contains(id));
            }
            UpdateMode::UpdateOnly => {
                let existing = self.existing(ids.clone())?;
                let excluded = self.excluded(ids, condition)?;
                points.retain_point_ids(|id| existing.contains(id) && !excluded.contains(id));
            }
        }
        Ok(points)
    }

    /// Those of the points that exist and do not match.
    fn excluded(
        &self,
        ids: impl IntoIterator<Item = PointId>,
        condition: Filter,
    ) -> Result<HashSet<PointId>> {
        let others = Filter::new_must_not(Condition::Filter(condition)).with_point_ids(ids);
        Ok(self.matching(others)?.into_iter().collect())
    }

    fn existing(&self, point_ids: Vec<PointId>) -> Result<HashSet<PointId>> {
        let nothing = Some(false.into());
        let request = RetrieveRequest { point_ids, with_payload: nothing, with_vector: Some(false.into()) };
        Ok(self.shard.retrieve(request)?.into_iter().map(|record| record.id).collect())
    }

    /// The points that match.
    fn matching(&self, filter: Filter) -> Result<Vec<PointId>> {
        let request = ScrollRequest {
            offset: None,
            limit: Some(self.shard.info()?.points_count.max(1)),
            filter: Some(filter),
            with_payload: Some(false.into()),
            with_vector: false.into(),
            order_by: None,
        };
        let (records, _) = self.shard.scroll(request)?;
        Ok(records.into_iter().map(|record| record.id).collect())
    }
}

/// Whether it depends on the stored points which of them an operation is about.
pub(super) fn has_condition(operation: &UpdateOperation) -> bool {
    match operation {
        UpdateOperation::PointOperation(operation) => match operation {
            PointOperations::UpsertPointsConditional(_) | PointOperations::DeletePointsByFilter(_) => true,
            PointOperations::UpsertPoints(_)
            | PointOperations::DeletePoints { .. }
            | PointOperations::SyncPoints(_)
            | PointOperations::UpsertPointsRaw(_)
            | PointOperations::SyncPointsRaw(_) => false,
        },
        UpdateOperation::VectorOperation(operation) => match operation {
            VectorOperations::UpdateVectors(UpdateVectorsOp { points: _, update_filter }) => {
                update_filter.is_some()
            }
            VectorOperations::DeleteVectorsByFilter(..) => true,
            VectorOperations::DeleteVectors(..) => false,
        },
        UpdateOperation::PayloadOperation(operation) => operation.point_ids().is_none(),
        UpdateOperation::FieldIndexOperation(_) | UpdateOperation::VectorNameOperation(_) => false,
    }
}

/// The engine may miss a point that it has moved already: one from a segment that is being optimized.
fn distinct(points: Vec<PointId>) -> Vec<PointId> {
    let mut seen = HashSet::with_capacity(points.len());
    points.into_iter().filter(|id| seen.insert(*id)).collect()
}

/// The points that an operation in its repeatable form deletes.
fn deleted(operation: &UpdateOperation) -> &[PointId] {
    match operation {
        UpdateOperation::PointOperation(PointOperations::DeletePoints { ids }) => ids,
        _ => &[],
    }
}

/// The points that have to exist for an operation in its repeatable form.
pub(super) fn required(operation: &UpdateOperation) -> Vec<PointId> {
    match operation {
        UpdateOperation::VectorOperation(operation) => operation.point_ids(),
        UpdateOperation::PayloadOperation(operation) => operation.point_ids(),
        UpdateOperation::PointOperation(_)
        | UpdateOperation::FieldIndexOperation(_)
        | UpdateOperation::VectorNameOperation(_) => None,
    }
    .unwrap_or_default()
}
