//! Going through all points of a shard.

use qdrant_edge::{
    EdgeShard, PointId, PointVectorsPersisted, ScrollRequest, UpdateOperation, UpdateVectorsOp,
    VectorOperations, VectorStructPersisted, WithPayloadInterface, WithVector,
};

use crate::error::Result;

/// Points that are looked at together.
const PAGE: usize = 1000;

/// Calls `visit` with the ids of all points, page by page.
pub(super) fn for_each_page(
    shard: &EdgeShard,
    mut visit: impl FnMut(&[PointId]) -> Result<()>,
) -> Result<()> {
    let mut offset = None;
    loop {
        let (records, next) = shard.scroll(ScrollRequest {
            offset,
            limit: Some(PAGE),
            filter: None,
            with_payload: Some(WithPayloadInterface::Bool(false)),
            with_vector: WithVector::Bool(false),
            order_by: None,
        })?;
        let ids: Vec<_> = records.into_iter().map(|record| record.id).collect();
        visit(&ids)?;
        match next {
            Some(next) => offset = Some(next),
            None => return Ok(()),
        }
    }
}

/// Updates points by nothing. The engine then moves those whose segment does not grow, and leaves only the
/// newest copy of each.
pub(super) fn touch(ids: &[PointId]) -> UpdateOperation {
    let vector = VectorStructPersisted::Named(Default::default());
    let points = ids.iter().map(|id| PointVectorsPersisted { id: *id, vector: vector.clone() }).collect();
    let operation = UpdateVectorsOp { points, update_filter: None };
    UpdateOperation::VectorOperation(VectorOperations::UpdateVectors(operation))
}
