use qdrant_edge::{Filter, SearchParams, WithPayloadInterface, WithVector};
use serde::{Deserialize, Serialize};

use super::one_or_many::one_or_many;
use super::stage::{Place, check_parts, check_stage, visit_stage};
use super::{QueryInterface, VectorInput};
use crate::error::Result;
use crate::model::points::ScoredPoint;
use crate::model::validation::Faults;

/// Finds points by one query, or by a query over the points that others found. Without a query it
/// reads points in the order of their ids.
///
/// # Errors
/// 400 for a vector of the wrong dimension, kind or name, and for parts that do not go together; 404
/// when the query names a point that does not exist, or has no such vector, or a missing collection.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct QueryPoints {
    /// Queries whose points this query is about, one or a list. Default: none, and it is about all
    /// points.
    #[serde(default, deserialize_with = "one_or_many")]
    pub prefetch: Vec<Prefetch>,
    /// What to look for. A point that is looked for is not in the result.
    pub query: Option<QueryInterface>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
    /// Conditions on the points, those of the prefetches included. Default: none.
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
    #[serde(alias = "with_vectors")]
    pub with_vector: Option<WithVector>,
    /// Which payload to return. Default: none.
    pub with_payload: Option<WithPayloadInterface>,
    /// Where the points are that the query names by their ids. Default: in this collection.
    pub lookup_from: Option<LookupLocation>,
}

/// A query that finds points for another one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Prefetch {
    /// Queries whose points this query is about, one or a list. Default: none.
    #[serde(default, deserialize_with = "one_or_many")]
    pub prefetch: Vec<Prefetch>,
    /// What to look for. Default: points in the order of their ids.
    pub query: Option<QueryInterface>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// How to search.
    pub params: Option<SearchParams>,
    /// The worst score to keep. Default: any.
    pub score_threshold: Option<f32>,
    /// How many points to find at most, at least 1. Default: 10.
    pub limit: Option<usize>,
    /// Where the points are that the query names by their ids. Default: in this collection.
    pub lookup_from: Option<LookupLocation>,
}

/// Where to find the vectors of points.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LookupLocation {
    /// Name of the collection, or an alias.
    pub collection: String,
    /// Name of the vector. Default: that of the vector which the query compares.
    pub vector: Option<String>,
}

/// Result of a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryResponse {
    /// The points, best first.
    pub points: Vec<ScoredPoint>,
}

impl QueryPoints {
    /// The points that are nearest to a vector or to another point.
    pub fn nearest(to: impl Into<VectorInput>, limit: usize) -> Self {
        Self { query: Some(QueryInterface::Nearest(to.into())), limit: Some(limit), ..Self::default() }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        self.check("internal", &mut faults)?;
        faults.into_result()?;
        self.check_parts()
    }

    /// Notes what is wrong with the query at `path`. Numbers that JSON cannot hold are an error at once.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) -> Result<()> {
        let Self {
            prefetch,
            query,
            using: _,
            filter,
            params,
            score_threshold: _,
            limit,
            offset: _,
            with_vector: _,
            with_payload: _,
            lookup_from: _,
        } = self;
        for (index, prefetch) in prefetch.iter().enumerate() {
            prefetch.check(&format!("{path}.prefetch[{index}]"), faults)?;
        }
        check_stage(path, query.as_ref(), filter.as_ref(), params.as_ref(), *limit, faults)
    }

    /// Checks that the parts of each query go together.
    pub(super) fn check_parts(&self) -> Result<()> {
        check_parts(&self.prefetch, self.query.as_ref(), self.using.as_deref(), self.score_threshold)
    }

    /// Calls `visit` for each vector of the query and its prefetches, with where to find a point's.
    pub(crate) fn for_each_input(&mut self, visit: &mut impl FnMut(Place, &mut VectorInput)) {
        visit_stage(self.query.as_mut(), self.using.as_deref(), self.lookup_from.as_ref(), visit);
        for prefetch in &mut self.prefetch {
            prefetch.for_each_input(visit);
        }
    }
}

impl Prefetch {
    fn check(&self, path: &str, faults: &mut Faults) -> Result<()> {
        let Self { prefetch, query, using: _, filter, params, score_threshold: _, limit, lookup_from: _ } =
            self;
        for (index, prefetch) in prefetch.iter().enumerate() {
            prefetch.check(&format!("{path}.prefetch[{index}]"), faults)?;
        }
        check_stage(path, query.as_ref(), filter.as_ref(), params.as_ref(), *limit, faults)
    }

    fn for_each_input(&mut self, visit: &mut impl FnMut(Place, &mut VectorInput)) {
        visit_stage(self.query.as_mut(), self.using.as_deref(), self.lookup_from.as_ref(), visit);
        for prefetch in &mut self.prefetch {
            prefetch.for_each_input(visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use qdrant_edge::SparseVector;
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Error;
    use crate::model::PackedVectors;
    use crate::model::query::{
        ContextPair, ContextQuery, NearestQuery, Query, RecommendInput, RecommendQuery,
    };
    use crate::model::vectors::Vector;

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
            let named = QueryInterface::Query(Query::Nearest(NearestQuery { nearest: input, mmr: None }));
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
            json!({ "nearest": [1.0], "mmr": 1 }),
            json!({ "recommend": { "positive": ["text"] } }),
            json!({ "recommend": { "positive": [1], "strategy": "none" } }),
            json!({ "discover": { "target": 1 } }),
            json!({ "context": [{ "positive": 1 }] }),
            json!({ "fusion": "sum" }),
            json!({ "sample": "first" }),
            json!({ "order_by": {} }),
            json!({ "formula": { "root": 2 } }),
            json!({ "relevance_feedback": { "target": 1, "feedback": [] } }),
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
    fn one_prefetch_is_as_a_list_of_one_at_any_depth() {
        let inner = json!({ "query": [1.0], "limit": 5 });
        let one = json!({ "query": 1, "prefetch": { "query": 2, "prefetch": inner } });
        let list = json!({ "query": 1, "prefetch": [{ "query": 2, "prefetch": [inner] }] });
        assert_eq!(parse(one).unwrap(), parse(list).unwrap());
        let none =
            json!({ "query": 1, "prefetch": [], "lookup_from": null, "consistency": "all", "timeout": 1 });
        assert_eq!(parse(none).unwrap(), parse(json!({ "query": 1 })).unwrap());
    }

    #[test]
    fn vectors_within_a_query_may_be_packed_and_ids_stay_ids() {
        PackedVectors::with(&[9.0, 0.5, 1.0], || {
            let recommend = query(json!({ "recommend": { "positive": [1, "\0f32:1:2"] } }));
            let positive = Some(vec![VectorInput::Id(1.into()), vec![0.5, 1.0].into()]);
            let recommend_input = RecommendInput { positive, ..RecommendInput::default() };
            let expected = Query::Recommend(RecommendQuery { recommend: recommend_input });
            assert_eq!(recommend, QueryInterface::Query(expected));
            let pair = json!({ "positive": "\0f32:0:1", "negative": u64::MAX });
            let context =
                vec![ContextPair { positive: vec![9.0].into(), negative: VectorInput::Id(u64::MAX.into()) }];
            let expected = QueryInterface::Query(Query::Context(ContextQuery { context }));
            assert_eq!(query(json!({ "context": pair })), expected);
            assert_eq!(query(json!({ "context": [pair] })), expected);
        });
    }

    #[test]
    fn faults_within_queries_and_prefetches_are_named() {
        let bad = |query: Value, fault: &str| {
            let expected = format!("Validation error in JSON body: [internal.query.{fault}]");
            assert_eq!(error(json!({ "query": query })), expected, "{query}");
            assert_eq!(
                error(json!({ "prefetch": [{ "limit": 1 }, { "query": query }], "query": 1 })),
                expected.replace("internal.", "internal.prefetch[1].")
            );
        };
        bad(
            json!({ "recommend": { "positive": [], "negative": null } }),
            "recommend.positives, negatives: Validation error: \
             At least one positive or negative vector/id must be provided [{}]",
        );
        bad(
            json!({ "nearest": [1.0], "mmr": { "diversity": 1.5 } }),
            "mmr.diversity: value 1.5 invalid, must be from 0.0 to 1.0",
        );
        bad(
            json!({ "nearest": [1.0], "mmr": { "candidates_limit": 16385 } }),
            "mmr.candidates_limit: value 16385 invalid, must be 16384 or smaller",
        );
        bad(json!({ "rrf": { "k": 0 } }), "rrf.k: value 0 invalid, must be 1 or larger");
        let naive = json!({ "naive": { "a": 1, "b": -1, "c": 1 } });
        bad(
            json!({ "relevance_feedback": { "target": 1, "feedback": [], "strategy": naive } }),
            "relevance_feedback.strategy.naive.b: value -1.0 invalid, must be 0.0 or larger",
        );
        let text =
            error(json!({ "query": { "formula": { "sum": [1, { "mult": ["a", { "key": "b" }] }] } } }));
        assert!(text.contains("[internal.query.sum[1].mult[1].__all__: "), "{text}");
        let text = error(json!({ "query": 1, "prefetch": { "limit": 0 } }));
        assert!(
            text.contains("[internal.prefetch[0].limit: value 0 invalid, must be 1 or larger]"),
            "{text}"
        );
    }

    #[test]
    fn parts_that_do_not_go_together_are_refused_at_any_depth() {
        let refused = |stage: Value, reason: &str| {
            let expected = format!("Bad request: {reason}");
            assert_eq!(error(stage.clone()), expected, "{stage}");
            assert_eq!(error(json!({ "query": 1, "prefetch": { "query": 1, "prefetch": stage } })), expected);
        };
        refused(
            json!({ "prefetch": { "query": 1 } }),
            "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
        );
        refused(
            json!({ "score_threshold": 0.5 }),
            "A query is needed to use the score_threshold. \
             Can't have score_threshold without defining a query.",
        );
        refused(
            json!({ "query": { "order_by": "a" }, "score_threshold": 0.5 }),
            "Can't use score_threshold with an order_by query.",
        );
        for fusion in [json!({ "fusion": "rrf" }), json!({ "rrf": {} })] {
            refused(
                json!({ "query": fusion, "using": "a", "prefetch": { "query": 1 } }),
                "Fusion queries cannot be combined with the 'using' field.",
            );
        }
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
    fn deep_nesting_is_an_error() {
        let depth = 100_000;
        let text = format!(r#"{{"filter":{}{}}}"#, r#"{"must":["#.repeat(depth), "]}".repeat(depth));
        let error = Error::from(serde_json::from_str::<QueryPoints>(&text).unwrap_err());
        assert_eq!(error.status(), 400);
        assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
    }
}
