use qdrant_edge::JsonPath;
use serde::Deserialize;

use super::query_groups::check_group_request;
use super::{QueryGroups, SearchPoints, WithLookupInterface};
use crate::error::Result;
use crate::model::validation::Faults;

/// Finds points as [`SearchPoints`] does, in groups by the values of a payload field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SearchPointGroups {
    /// The search. It returns no payload unless asked to; its own `limit` and `offset` have no meaning
    /// here.
    #[serde(flatten)]
    pub search: SearchPoints,
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

impl SearchPointGroups {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { search, group_by: _, group_size, limit, with_lookup: _ } = self;
        let path = "search_group_request";
        let mut faults = Faults::default();
        search.check(path, &mut faults)?;
        check_group_request(path, Some(*group_size as usize), Some(*limit as usize), &mut faults);
        faults.into_result()
    }
}

impl From<SearchPointGroups> for QueryGroups {
    fn from(request: SearchPointGroups) -> Self {
        let SearchPointGroups { mut search, group_by, group_size, limit, with_lookup } = request;
        search.with_payload.get_or_insert_with(|| false.into());
        search.offset = None;
        Self {
            query: search.into(),
            group_by,
            group_size: Some(group_size as usize),
            limit: Some(limit as usize),
            with_lookup,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn error(request: Value) -> String {
        let parsed = serde_json::from_str::<SearchPointGroups>(&request.to_string()).map_err(Into::into);
        parsed.and_then(|request| request.validate()).unwrap_err().to_string()
    }

    #[test]
    fn the_sizes_of_groups_have_no_defaults() {
        for (request, missing) in [
            (json!({ "vector": [1], "group_size": 1, "limit": 1 }), "group_by"),
            (json!({ "vector": [1], "group_by": "a", "limit": 1 }), "group_size"),
            (json!({ "vector": [1], "group_by": "a", "group_size": 1 }), "limit"),
            (json!({ "group_by": "a", "group_size": 1, "limit": 1 }), "vector"),
        ] {
            assert_eq!(error(request), format!("Format error in JSON body: missing field `{missing}`"));
        }
    }

    #[test]
    fn fields_out_of_range_are_named() {
        assert_eq!(
            error(json!({
                "vector": [1], "params": { "hnsw_ef": 0 }, "group_by": "a", "group_size": 0, "limit": 0,
            })),
            "Validation error in JSON body: \
             [search_group_request.params.hnsw_ef: value 0 invalid, must be 1 or larger; \
             search_group_request.group_request.group_size: value 0 invalid, must be 1 or larger; \
             search_group_request.group_request.limit: value 0 invalid, must be 1 or larger]"
        );
    }
}
