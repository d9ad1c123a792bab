use qdrant_edge::{JsonPath, PointId, WithPayloadInterface, WithVector};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::QueryPoints;
use crate::error::Result;
use crate::model::points::{Record, ScoredPoint};
use crate::model::validation::Faults;

/// Finds points as [`QueryPoints`] does, in groups by the values of a payload field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct QueryGroups {
    /// The query. Its own `limit` and `offset` have no meaning here.
    #[serde(flatten)]
    pub query: QueryPoints,
    /// The payload field: texts and integers. A point with several values is in several groups.
    pub group_by: JsonPath,
    /// How many points to return per group at most, at least 1. Default: 3.
    pub group_size: Option<usize>,
    /// How many groups to return at most, at least 1. Default: 10.
    pub limit: Option<usize>,
    /// A collection in which the values are the ids of points, to be returned with the groups.
    /// Default: none.
    pub with_lookup: Option<WithLookupInterface>,
}

/// Where to look up the values of groups.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum WithLookupInterface {
    /// Name of the collection.
    Collection(String),
    /// The collection, and what to return.
    WithLookup(WithLookup),
}

/// Where to look up the values of groups, and what to return.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct WithLookup {
    /// Name of the collection.
    pub collection: String,
    /// Which payload to return. Default: all.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    #[serde(alias = "with_vector")]
    pub with_vectors: Option<WithVector>,
}

/// Groups of points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupsResult {
    /// The groups, the one with the best point first.
    pub groups: Vec<PointGroup>,
}

/// Points with the same value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointGroup {
    /// The points, best first.
    pub hits: Vec<ScoredPoint>,
    /// The value: a text or an integer.
    pub id: Value,
    /// The point whose id the value is, if asked for and found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Record>,
}

impl QueryGroups {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { query, group_by: _, group_size, limit, with_lookup: _ } = self;
        let mut faults = Faults::default();
        query.check("search_group_request", &mut faults)?;
        check_group_request("search_group_request", *group_size, *limit, &mut faults);
        faults.into_result()?;
        query.check_parts()
    }
}

/// Notes what is wrong with the sizes of groups in the request at `path`.
pub(super) fn check_group_request(
    path: &str,
    group_size: Option<usize>,
    limit: Option<usize>,
    faults: &mut Faults,
) {
    faults.at_least(&format!("{path}.group_request.group_size"), group_size, 1);
    faults.at_least(&format!("{path}.group_request.limit"), limit, 1);
}

impl PointGroup {
    /// The value as the id of a point, if it can be one.
    pub(crate) fn point_id(&self) -> Option<PointId> {
        PointId::deserialize(&self.id).ok()
    }
}

impl From<WithLookupInterface> for WithLookup {
    fn from(lookup: WithLookupInterface) -> Self {
        match lookup {
            WithLookupInterface::Collection(collection) => {
                Self { collection, with_payload: None, with_vectors: None }
            }
            WithLookupInterface::WithLookup(lookup) => lookup,
        }
    }
}
