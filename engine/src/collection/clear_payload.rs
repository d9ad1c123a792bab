use qdrant_edge::PayloadOps;

use super::Collection;
use super::payload_change::{self, Growth};
use crate::error::Result;
use crate::model::{ClearPayload, PointsSelector, UpdateResult};
use crate::operation::Write;

impl Write for ClearPayload {
    type Output = UpdateResult;

    fn execute(self, collection: &Collection) -> Result<UpdateResult> {
        self.validate()?;
        payload_change::check_limits(collection, &self.selector, Growth::None)?;
        let Self { selector, wait, ordering: _ } = self;
        let change = match selector {
            PointsSelector::Ids { points } => {
                payload_change::check_existence(collection, &points)?;
                PayloadOps::ClearPayload { points }
            }
            PointsSelector::Filter { filter } => PayloadOps::ClearPayloadByFilter(filter),
        };
        payload_change::apply(collection, change, wait)
    }
}
