//! Changes of points: checked as a whole before anything of them is applied.

use std::collections::{HashMap, HashSet};

use qdrant_edge::{Condition, Filter, PointId, RetrieveRequest, ScrollRequest, UpdateOperation};

use super::Collection;
use crate::error::{Error, Result};
use crate::model::{Checked, UpdateResult};

/// A request that changes points, alone or in a batch.
pub(super) trait Change: Checked {
    /// Checks the change against the collection, and adds its operations to the plan.
    fn plan(self, plan: &mut Plan) -> Result<()>;
}

/// Makes a change that is no part of a batch.
pub(super) fn execute(collection: &Collection, change: impl Change, wait: bool) -> Result<UpdateResult> {
    change.validate()?;
    let mut plan = Plan::new(collection);
    change.plan(&mut plan)?;
    let number = plan.apply()?.pop().ok_or_else(|| Error::Service("a change of nothing".to_owned()))?;
    Ok(UpdateResult::applied(number, wait))
}

/// Engine operations that are to be applied in order, and what they will do to the existence of points.
///
/// A filter is evaluated on the points as they are, so which points it deletes is known only of those
/// that nothing before it in the plan changes. Of the others it is supposed that they exist: if they do
/// not, the engine finds out, and the plan ends there, as a server's batch does.
pub(super) struct Plan<'a> {
    collection: &'a Collection,
    operations: Vec<UpdateOperation>,
    /// Points that are inserted (`true`) or deleted by their ids.
    present: HashMap<PointId, bool>,
    /// Points that match one of these are deleted, if they are not `present`.
    deleted: Vec<Filter>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(collection: &'a Collection) -> Self {
        Self { collection, operations: Vec::new(), present: HashMap::new(), deleted: Vec::new() }
    }

    pub(super) fn collection(&self) -> &'a Collection {
        self.collection
    }

    /// Number of operations so far.
    pub(super) fn len(&self) -> usize {
        self.operations.len()
    }

    pub(super) fn add(&mut self, operation: UpdateOperation) {
        self.operations.push(operation);
    }

    /// Notes that an operation inserts points.
    pub(super) fn insert(&mut self, points: impl IntoIterator<Item = PointId>) {
        self.present.extend(points.into_iter().map(|id| (id, true)));
    }

    /// Notes that an operation deletes points.
    pub(super) fn delete(&mut self, points: &[PointId]) {
        self.present.extend(points.iter().map(|id| (*id, false)));
    }

    /// Notes that an operation deletes the points that match a filter.
    pub(super) fn delete_matching(&mut self, filter: &Filter) {
        let unchanged = |operation: &UpdateOperation| matches!(operation, UpdateOperation::PointOperation(_));
        if self.operations.iter().all(unchanged) {
            self.deleted.push(filter.clone());
        }
    }

    /// Checks that points exist. The engine finds out only after it has changed others.
    pub(super) fn require(&self, points: &[PointId]) -> Result<()> {
        let stored: Vec<_> = points.iter().copied().filter(|id| !self.present.contains_key(id)).collect();
        let stored = self.stored(stored)?;
        let missing =
            points.iter().find(|id| !self.present.get(id).copied().unwrap_or_else(|| stored.contains(id)));
        match missing {
            Some(id) => Err(Error::no_point(*id)),
            None => Ok(()),
        }
    }

    /// Those of the points that are stored, and match no filter that deletes them.
    fn stored(&self, points: Vec<PointId>) -> Result<HashSet<PointId>> {
        if points.is_empty() {
            return Ok(HashSet::new());
        }
        let shard = self.collection.shard();
        let request = RetrieveRequest {
            point_ids: points,
            with_payload: Some(false.into()),
            with_vector: Some(false.into()),
        };
        let mut stored: HashSet<_> = shard.retrieve(request)?.into_iter().map(|record| record.id).collect();
        for filter in &self.deleted {
            let among = Filter::new_must(Condition::HasId(stored.iter().copied().collect()));
            let request = ScrollRequest {
                offset: None,
                limit: Some(stored.len().max(1)),
                filter: Some(among.merge_owned(filter.clone())),
                with_payload: Some(false.into()),
                with_vector: false.into(),
                order_by: None,
            };
            let (records, _) = shard.scroll(request)?;
            for record in records {
                stored.remove(&record.id);
            }
        }
        Ok(stored)
    }

    /// Applies the operations, and returns their numbers. After a crash all of them are there, or none.
    pub(super) fn apply(self) -> Result<Vec<u64>> {
        let Self { collection, operations, present: _, deleted: _ } = self;
        match operations.len() {
            0 | 1 => operations.into_iter().map(|operation| collection.update(operation)).collect(),
            _ => collection.update_as_one(operations),
        }
    }
}
