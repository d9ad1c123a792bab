//! What all changes of payload have in common.

use std::collections::HashSet;

use qdrant_edge::{Filter, PayloadOps, PointId, RetrieveRequest, UpdateOperation};

use super::Collection;
use crate::error::{Error, Result};
use crate::model::{PointsSelector, UpdateResult};

/// The selected points as the engine's operations take them: by a list, or by a filter.
pub(super) type Selected = (Option<Vec<PointId>>, Option<Filter>);

/// Whether a change may need more room.
pub(super) enum Growth {
    None,
    Possible,
}

/// Checks a change against the limits of the collection.
pub(super) fn check_limits(collection: &Collection, selector: &PointsSelector, growth: Growth) -> Result<()> {
    collection.check_limits(|limits| {
        if matches!(growth, Growth::Possible) {
            limits.memory()?;
            limits.payload_size()?;
        }
        limits.write_filter(selector.filter())?;
        limits.count_filtered_write(selector.filter())
    })
}

/// Selects the points to change.
pub(super) fn select(collection: &Collection, selector: PointsSelector) -> Result<Selected> {
    match selector {
        PointsSelector::Ids { points } => {
            check_existence(collection, &points)?;
            Ok((Some(points), None))
        }
        PointsSelector::Filter { filter } => Ok((None, Some(filter))),
    }
}

/// Checks that points exist. The engine finds out only after it has changed others.
pub(super) fn check_existence(collection: &Collection, points: &[PointId]) -> Result<()> {
    let request = RetrieveRequest {
        point_ids: points.to_vec(),
        with_payload: Some(false.into()),
        with_vector: Some(false.into()),
    };
    let existing: HashSet<_> =
        collection.shard().retrieve(request)?.into_iter().map(|record| record.id).collect();
    match points.iter().find(|id| !existing.contains(id)) {
        Some(id) => Err(Error::no_point(*id)),
        None => Ok(()),
    }
}

/// Applies a change to the selected points.
pub(super) fn apply(collection: &Collection, change: PayloadOps, wait: Option<bool>) -> Result<UpdateResult> {
    let number = collection.update(UpdateOperation::PayloadOperation(change))?;
    Ok(UpdateResult::applied(number, wait.unwrap_or(true)))
}
