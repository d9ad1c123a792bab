//! What all changes of payload have in common.

use qdrant_edge::{Filter, PointId};

use super::Collection;
use super::plan::Plan;
use crate::error::Result;
use crate::model::PointsSelector;

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
pub(super) fn select(plan: &Plan, selector: PointsSelector) -> Result<Selected> {
    match selector {
        PointsSelector::Ids { points } => {
            plan.require(&points)?;
            Ok((Some(points), None))
        }
        PointsSelector::Filter { filter } => Ok((None, Some(filter))),
    }
}
