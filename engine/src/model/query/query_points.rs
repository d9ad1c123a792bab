use std::fmt;

use qdrant_edge::{Filter, SearchParams, SparseVector, WithPayloadInterface, WithVector};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::VectorInput;
use super::vector_input::VectorInputVisitor;
use crate::error::{Error, Result};
use crate::model::packed::Floats;
use crate::model::points::ScoredPoint;
use crate::model::validation::Faults;
use crate::model::vectors::{self, Vector};

/// What a server says of a query that it does not know.
const NO_QUERY: &str = "Expected some form of vector, id, or a type of query";

/// Finds the points that are nearest to a vector or to another point. Without a query it reads points
/// in the order of their ids.
///
/// # Errors
/// 400 for a vector of the wrong dimension, kind or name; 404 when the query is a point that does not
/// exist, or has no such vector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct QueryPoints {
    /// What to look for. A point that is looked for is not in the result.
    pub query: Option<QueryInterface>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// How to search.
    pub params: Option<SearchParams>,
    /// The worst score to return. Default: any.
    pub score_threshold: Option<f32>,
    /// How many points to return at most, at least 1. Default: 10.
    pub limit: Option<usize>,
    /// How many of the best points to skip. Default: 0.
    pub offset: Option<usize>,
    /// Which vectors to return. Default: none.
    pub with_vector: Option<WithVector>,
    /// Which payload to return. Default: none.
    pub with_payload: Option<WithPayloadInterface>,
}

/// What to look for: a plain vector or id, or a kind of query by name.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryInterface {
    /// As [`Query::Nearest`].
    Nearest(VectorInput),
    /// A kind of query.
    Query(Query),
}

/// A kind of query.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// The nearest points.
    Nearest(NearestQuery),
}

/// Finds the nearest points: `{ nearest }`.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestQuery {
    /// The vector to be near to.
    pub nearest: VectorInput,
}

/// Result of a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryResponse {
    /// The points, best first.
    pub points: Vec<ScoredPoint>,
}

#[derive(Deserialize)]
struct Fields {
    prefetch: Option<Value>,
    query: Option<QueryInterface>,
    using: Option<String>,
    filter: Option<Filter>,
    params: Option<SearchParams>,
    score_threshold: Option<f32>,
    limit: Option<usize>,
    offset: Option<usize>,
    #[serde(alias = "with_vectors")]
    with_vector: Option<WithVector>,
    with_payload: Option<WithPayloadInterface>,
    lookup_from: Option<IgnoredAny>,
}

impl TryFrom<Fields> for QueryPoints {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, &'static str> {
        let Fields {
            prefetch,
            query,
            using,
            filter,
            params,
            score_threshold,
            limit,
            offset,
            with_vector,
            with_payload,
            lookup_from,
        } = fields;
        // Not ignored: without them the answer would be another one.
        if prefetch.is_some_and(|prefetch| prefetch != Value::Array(Vec::new())) {
            return Err("`prefetch` is not supported");
        }
        if lookup_from.is_some() {
            return Err("`lookup_from` is not supported");
        }
        Ok(Self { query, using, filter, params, score_threshold, limit, offset, with_vector, with_payload })
    }
}

impl<'de> Deserialize<'de> for QueryInterface {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QueryVisitor).map_err(|_| de::Error::custom(NO_QUERY))
    }
}

struct QueryVisitor;

impl<'de> Visitor<'de> for QueryVisitor {
    type Value = QueryInterface;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a vector, an id or a query")
    }

    fn visit_u64<E: de::Error>(self, id: u64) -> Result<QueryInterface, E> {
        VectorInputVisitor.visit_u64(id).map(QueryInterface::Nearest)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<QueryInterface, E> {
        VectorInputVisitor.visit_str(text).map(QueryInterface::Nearest)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<QueryInterface, A::Error> {
        VectorInputVisitor.visit_seq(list).map(QueryInterface::Nearest)
    }

    /// The keys tell what it is; those of a sparse vector come first.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QueryInterface, A::Error> {
        #[derive(Deserialize)]
        struct Fields {
            indices: Option<Vec<u32>>,
            values: Option<Floats>,
            nearest: Option<VectorInput>,
            mmr: Option<IgnoredAny>,
        }
        match Fields::deserialize(MapAccessDeserializer::new(map))? {
            Fields { indices: Some(indices), values: Some(Floats(values)), .. } => {
                Ok(QueryInterface::Nearest(Vector::Sparse(SparseVector { indices, values }).into()))
            }
            Fields { nearest: Some(nearest), mmr: None, .. } => {
                Ok(QueryInterface::Query(Query::Nearest(NearestQuery { nearest })))
            }
            Fields { .. } => Err(de::Error::custom(NO_QUERY)),
        }
    }
}

impl QueryInterface {
    /// Each vector of the query with its path in the request.
    fn inputs(&self) -> Vec<(&'static str, &VectorInput)> {
        match self {
            Self::Nearest(input) => vec![("query", input)],
            Self::Query(Query::Nearest(NearestQuery { nearest })) => vec![("query.nearest", nearest)],
        }
    }
}

impl From<QueryInterface> for Query {
    fn from(query: QueryInterface) -> Self {
        match query {
            QueryInterface::Nearest(nearest) => Query::Nearest(NearestQuery { nearest }),
            QueryInterface::Query(query) => query,
        }
    }
}

impl QueryPoints {
    /// The points that are nearest to a vector or to another point.
    pub fn nearest(to: impl Into<VectorInput>, limit: usize) -> Self {
        Self { query: Some(QueryInterface::Nearest(to.into())), limit: Some(limit), ..Self::default() }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let Self {
            query,
            using: _,
            filter,
            params,
            score_threshold,
            limit,
            offset: _,
            with_vector: _,
            with_payload: _,
        } = self;
        let mut faults = Faults::default();
        for (path, input) in query.iter().flat_map(QueryInterface::inputs) {
            if let VectorInput::Vector(vector) = input
                && let Some(fault) = vectors::non_finite(vector)
            {
                return Err(Error::Format(format!("{NO_QUERY}: {path}{fault}")));
            }
            faults.within(&format!("internal.{path}"), Some(input));
        }
        faults.within("internal.filter", filter.as_ref());
        faults.within("internal.params", params.as_ref());
        faults.at_least("internal.limit", *limit, 1);
        faults.into_result()?;
        if score_threshold.is_some() && query.is_none() {
            return Err(Error::BadRequest(
                "A query is needed to use the score_threshold. Can't have score_threshold without defining a query."
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::PackedVectors;

    fn parse(request: Value) -> Result<QueryPoints> {
        let request: QueryPoints = serde_json::from_str(&request.to_string())?;
        request.validate()?;
        Ok(request)
    }

    fn query(query: Value) -> QueryInterface {
        parse(json!({ "query": query })).unwrap().query.unwrap()
    }

    fn error(request: Value) -> String {
        parse(request).unwrap_err().to_string()
    }

    fn sparse() -> Vector {
        Vector::Sparse(SparseVector { indices: vec![3, 1], values: vec![0.5, 1.0] })
    }

    #[test]
    fn a_query_is_a_vector_or_an_id_with_or_without_its_name() {
        let uuid = "550e8400-e29b-41d4-a716-446655440000";
        let inputs = [
            (json!([1.0, 2]), VectorInput::from(vec![1.0, 2.0])),
            (json!([[1.0], [2.0]]), Vector::MultiDense(vec![vec![1.0], vec![2.0]]).into()),
            (json!({ "indices": [3, 1], "values": [0.5, 1.0] }), sparse().into()),
            (json!(18446744073709551615u64), VectorInput::Id(u64::MAX.into())),
            (json!(uuid), VectorInput::Id(uuid.parse().unwrap())),
        ];
        for (json, input) in inputs {
            assert_eq!(query(json.clone()), QueryInterface::Nearest(input.clone()), "{json}");
            let named = QueryInterface::Query(Query::Nearest(NearestQuery { nearest: input }));
            assert_eq!(query(json!({ "nearest": json })), named, "{json}");
        }
    }

    #[test]
    fn a_packed_query_is_as_a_plain_one() {
        PackedVectors::with(&[9.0, 0.5, 1.0], || {
            assert_eq!(query(json!("\0f32:1:2")), query(json!([0.5, 1.0])));
            assert_eq!(query(json!(["\0f32:0:1", "\0f32:2:1"])), query(json!([[9.0], [1.0]])));
            assert_eq!(
                query(json!({ "nearest": { "indices": [3, 1], "values": "\0f32:1:2" } })),
                query(json!({ "nearest": { "indices": [3, 1], "values": [0.5, 1.0] } }))
            );
        });
    }

    #[test]
    fn what_is_no_query_gets_the_servers_text() {
        let not_queries = [
            json!("text"),
            json!(-1),
            json!(1.5),
            json!(true),
            json!([1.0, null]),
            json!([[1.0], 2.0]),
            json!({}),
            json!({ "indices": [1] }),
            json!({ "nearest": "text" }),
            json!({ "nearest": null }),
            json!({ "nearest": [1.0], "mmr": {} }),
            json!({ "unheard_of": [1.0] }),
            json!("\0f32:0:1"),
        ];
        for json in not_queries {
            assert_eq!(
                error(json!({ "query": json })),
                "Format error in JSON body: Expected some form of vector, id, or a type of query",
                "{json}"
            );
        }
    }

    #[test]
    fn what_would_change_the_answer_is_not_ignored() {
        assert_eq!(
            error(json!({ "query": [1.0], "prefetch": { "query": [1.0] } })),
            "Format error in JSON body: `prefetch` is not supported"
        );
        assert_eq!(
            error(json!({ "query": 1, "lookup_from": { "collection": "c" } })),
            "Format error in JSON body: `lookup_from` is not supported"
        );
        let nothing = json!({ "query": [1.0], "prefetch": [], "lookup_from": null, "consistency": "all", "timeout": 1 });
        assert_eq!(parse(nothing).unwrap(), parse(json!({ "query": [1.0] })).unwrap());
    }

    #[test]
    fn null_is_as_absent() {
        let request = json!({
            "prefetch": null, "query": null, "using": null, "filter": null, "params": null, "score_threshold": null,
            "limit": null, "offset": null, "with_vector": null, "with_payload": null, "lookup_from": null,
        });
        assert_eq!(parse(request).unwrap(), QueryPoints::default());
    }

    #[test]
    fn fields_out_of_range_are_named() {
        assert_eq!(
            error(
                json!({ "limit": 0, "params": { "hnsw_ef": 0 }, "query": { "indices": [1], "values": [] } })
            ),
            "Validation error in JSON body: \
             [internal.query.values: Validation error: must be the same length as indices [{}]; \
             internal.params.hnsw_ef: value 0 invalid, must be 1 or larger; \
             internal.limit: value 0 invalid, must be 1 or larger]"
        );
        assert_eq!(
            error(json!({ "query": { "nearest": [[1.0], []] } })),
            "Validation error in JSON body: [internal.query.nearest.data: all vectors must be non-empty]"
        );
        PackedVectors::with(&[1.0, f32::INFINITY], || {
            assert_eq!(
                error(json!({ "query": "\0f32:0:2" })),
                "Format error in JSON body: Expected some form of vector, id, or a type of query: query[1] is inf"
            );
        });
    }

    #[test]
    fn a_threshold_needs_a_score() {
        assert_eq!(
            error(json!({ "score_threshold": 0.5 })),
            "Bad request: A query is needed to use the score_threshold. \
             Can't have score_threshold without defining a query."
        );
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let depth = 100_000;
        let text = format!(r#"{{"filter":{}{}}}"#, r#"{"must":["#.repeat(depth), "]}".repeat(depth));
        let error = Error::from(serde_json::from_str::<QueryPoints>(&text).unwrap_err());
        assert_eq!(error.status(), 400);
        assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
    }
}
