use qdrant_edge::JsonPath;
use serde::Deserialize;

use super::query_groups::check_group_request;
use super::{QueryGroups, RecommendPoints, WithLookupInterface};
use crate::error::Result;
use crate::model::validation::Faults;

/// Finds points as [`RecommendPoints`] does, in groups by the values of a payload field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecommendPointGroups {
    /// The recommendation. It returns no payload unless asked to; its own `limit` and `offset` have no
    /// meaning here.
    #[serde(flatten)]
    pub recommend: RecommendPoints,
    /// The payload field: texts and integers. A point with several values is in several groups.
    pub group_by: JsonPath,
    /// How many points to return per group at most, at least 1.
    pub group_size: u32,
    /// How many groups to return at most, at least 1.
    pub limit: u32,
    /// A collection in which the values are the ids of points, to be returned with the groups.
    /// Default: none.
    pub with_lookup: Option<WithLookupInterface>,
}

impl RecommendPointGroups {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { recommend, group_by: _, group_size, limit, with_lookup: _ } = self;
        let path = "recommend_group_request";
        let mut faults = Faults::default();
        recommend.check(path, &mut faults)?;
        check_group_request(path, Some(*group_size as usize), Some(*limit as usize), &mut faults);
        // Only here a server does not ask for examples before it needs them.
        faults.into_result()
    }
}

impl From<RecommendPointGroups> for QueryGroups {
    fn from(request: RecommendPointGroups) -> Self {
        let RecommendPointGroups { mut recommend, group_by, group_size, limit, with_lookup } = request;
        recommend.with_payload.get_or_insert_with(|| false.into());
        recommend.offset = None;
        Self {
            query: recommend.into(),
            group_by,
            group_size: Some(group_size as usize),
            limit: Some(limit as usize),
            with_lookup,
        }
    }
}
