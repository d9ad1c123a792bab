use std::collections::HashMap;
use std::slice;

use qdrant_edge::{EdgeShardRead, GroupRequest, RetrieveRequest};

use super::query_points::{query_error, query_requests};
use super::referenced_vectors::look_up_elsewhere;
use super::{Collection, query_limits};
use crate::error::{Error, Result};
use crate::inference::{Slot, WithObjects};
use crate::model::{GroupsResult, PointGroup, QueryGroups, Record, WithLookup};
use crate::operation::{Collections, Read};

const DEFAULT_GROUP_SIZE: usize = 3;

const DEFAULT_LIMIT: usize = 10;

impl Read for QueryGroups {
    type Output = GroupsResult;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn run(self, name: &str, collections: &impl Collections) -> Result<GroupsResult> {
        self.validate()?;
        find(self, name, collections)
    }

    fn execute(self, collection: &Collection) -> Result<GroupsResult> {
        self.validate()?;
        find_here(self, collection)
    }
}

impl WithObjects for QueryGroups {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        self.query.for_each_slot(visit);
    }
}

/// The groups that a validated request asks for.
pub(super) fn find(
    mut request: QueryGroups,
    name: &str,
    collections: &impl Collections,
) -> Result<GroupsResult> {
    collections.enter(name, |collection| check_limits(collection, &request))?;
    look_up_elsewhere(slice::from_mut(&mut request.query), name, collections)?;
    let with_lookup = request.with_lookup.take();
    let mut result = collections.enter(name, |collection| group(collection, request, Some(name)))?;
    if let Some(lookup) = with_lookup {
        add_lookups(&mut result.groups, lookup.into(), collections)?;
    }
    Ok(result)
}

/// As [`find`], of a request that needs no other collection.
pub(super) fn find_here(request: QueryGroups, collection: &Collection) -> Result<GroupsResult> {
    check_limits(collection, &request)?;
    group(collection, request, None)
}

fn check_limits(collection: &Collection, request: &QueryGroups) -> Result<()> {
    let groups = request.limit.unwrap_or(DEFAULT_LIMIT);
    let points = groups.saturating_mul(request.group_size.unwrap_or(DEFAULT_GROUP_SIZE));
    collection.check_limits(|limits| {
        limits.group_by(&request.group_by)?;
        query_limits::check_with_limit(limits, &request.query, points)
    })
}

fn group(collection: &Collection, request: QueryGroups, name: Option<&str>) -> Result<GroupsResult> {
    // Looked up after this.
    let QueryGroups { mut query, group_by, group_size, limit, with_lookup: _ } = request;
    let groups = collection.at_most_all(limit.unwrap_or(DEFAULT_LIMIT))?;
    query.limit = Some(groups);
    let query = query_requests(collection, vec![query], name)?.remove(0);
    let group_size = collection.at_most_all(group_size.unwrap_or(DEFAULT_GROUP_SIZE))?;
    let request = GroupRequest { query, group_by, groups, group_size };
    let groups = collection.shard().query_groups(request).map_err(query_error)?.into_iter().map(|group| {
        let id = serde_json::to_value(&group.key)
            .map_err(|error| Error::Service(format!("cannot write the value of a group: {error}")))?;
        Ok(PointGroup { hits: group.hits.into_iter().map(Into::into).collect(), id, lookup: None })
    });
    Ok(GroupsResult { groups: groups.collect::<Result<_>>()? })
}

fn add_lookups(groups: &mut [PointGroup], lookup: WithLookup, collections: &impl Collections) -> Result<()> {
    let WithLookup { collection, with_payload, with_vectors } = lookup;
    if !collections.contains(&collection) {
        return Err(Error::NotFound(format!("Collection {collection} not found")));
    }
    let request = RetrieveRequest {
        point_ids: groups.iter().filter_map(PointGroup::point_id).collect(),
        with_payload: Some(with_payload.unwrap_or_else(|| true.into())),
        with_vector: with_vectors,
    };
    let records = collections.enter(&collection, |collection| Ok(collection.shard().retrieve(request)?))?;
    let mut records: HashMap<_, _> =
        records.into_iter().map(|record| (record.id, Record::from(record))).collect();
    for group in groups {
        group.lookup = group.point_id().and_then(|id| records.remove(&id));
    }
    Ok(())
}
