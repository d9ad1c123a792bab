use qdrant_edge::{FacetValue, Filter, JsonPath};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::validation::Faults;

/// Counts the points for each value of a payload field.
///
/// # Errors
/// 400 when the field has no index for such values.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Facet {
    /// The payload field, which has an index of a kind that can match values.
    pub key: JsonPath,
    /// How many values to return at most, at least 1. Default: 10.
    pub limit: Option<usize>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// Whether to count each point exactly once, which takes longer. Default: false.
    pub exact: Option<bool>,
}

/// The most frequent values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FacetResponse {
    /// Each value with its count, the most frequent first.
    pub hits: Vec<FacetValueHit>,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FacetValueHit {
    /// The value.
    pub value: FacetValueOutput,
    /// Number of points that have it.
    pub count: usize,
}

/// A value of a payload field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FacetValueOutput {
    /// A text or a UUID.
    String(String),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Bool(bool),
}

impl Facet {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { key: _, limit, filter, exact: _ } = self;
        let mut faults = Faults::default();
        faults.at_least("facet_request.limit", *limit, 1);
        faults.within("facet_request.filter", filter.as_ref());
        faults.into_result()
    }
}

impl From<qdrant_edge::FacetResponse> for FacetResponse {
    fn from(response: qdrant_edge::FacetResponse) -> Self {
        let qdrant_edge::FacetResponse { hits } = response;
        let hits = hits.into_iter().map(|hit| {
            let qdrant_edge::FacetValueHit { value, count } = hit;
            FacetValueHit { value: value.into(), count }
        });
        Self { hits: hits.collect() }
    }
}

impl From<FacetValue> for FacetValueOutput {
    fn from(value: FacetValue) -> Self {
        match value {
            FacetValue::Keyword(text) => Self::String(text),
            FacetValue::Int(number) => Self::Integer(number),
            FacetValue::Uuid(number) => Self::String(uuid::Uuid::from_u128(number).to_string()),
            FacetValue::Bool(value) => Self::Bool(value),
        }
    }
}
