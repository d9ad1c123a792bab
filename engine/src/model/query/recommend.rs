use qdrant_edge::{Filter, SearchParams, WithPayloadInterface, WithVector};
use serde::Deserialize;

use super::recommend_example::lookup_of_examples;
use super::{
    LookupLocation, Query, QueryInterface, QueryPoints, RecommendExample, RecommendInput, RecommendQuery,
    RecommendStrategy,
};
use crate::error::{Error, Result};
use crate::model::validation::Faults;

/// Finds points like some examples and unlike others. [`QueryPoints`] does the same and more.
///
/// # Errors
/// 400 without the examples that the strategy needs, and for a vector of the wrong dimension, kind or
/// name; 404 for an example that does not exist, or a missing collection to look it up in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RecommendPoints {
    /// What to be like. Default: nothing.
    pub positive: Option<Vec<RecommendExample>>,
    /// What to be unlike. Default: nothing.
    pub negative: Option<Vec<RecommendExample>>,
    /// How the examples make a score. Default: `average_vector`, which needs a positive one.
    pub strategy: Option<RecommendStrategy>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// How to search.
    pub params: Option<SearchParams>,
    /// How many points to return at most, at least 1. Default: 10.
    #[serde(alias = "top")]
    pub limit: Option<usize>,
    /// How many of the best points to skip. Default: 0.
    pub offset: Option<usize>,
    /// Which payload to return. Default: all.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    #[serde(alias = "with_vectors")]
    pub with_vector: Option<WithVector>,
    /// The worst score to return. Default: any.
    pub score_threshold: Option<f32>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
    /// Where the points are that examples name by their ids. Default: in this collection. Without a
    /// `vector` of its own it means their default vector.
    pub lookup_from: Option<LookupLocation>,
}

impl RecommendPoints {
    pub(crate) fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        self.check("recommend_request", &mut faults)?;
        faults.into_result()?;
        self.check_examples()
    }

    /// Notes what is wrong with the request at `path`. Numbers that JSON cannot hold are an error at once.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) -> Result<()> {
        let Self {
            positive,
            negative,
            strategy: _,
            filter,
            params,
            limit,
            offset: _,
            with_payload: _,
            with_vector: _,
            score_threshold: _,
            using: _,
            lookup_from: _,
        } = self;
        for (name, examples) in [("positive", positive), ("negative", negative)] {
            for (index, example) in examples.iter().flatten().enumerate() {
                example.check(path, &format!("{name}[{index}]"), faults)?;
            }
        }
        faults.within(&format!("{path}.filter"), filter.as_ref());
        faults.within(&format!("{path}.params"), params.as_ref());
        faults.at_least(&format!("{path}.limit"), *limit, 1);
        Ok(())
    }

    /// Checks that there are the examples that the strategy needs.
    pub(super) fn check_examples(&self) -> Result<()> {
        let none = |examples: &Option<Vec<_>>| examples.as_ref().is_none_or(Vec::is_empty);
        let missing = match self.strategy.unwrap_or_default() {
            RecommendStrategy::AverageVector if none(&self.positive) => "positive",
            RecommendStrategy::BestScore | RecommendStrategy::SumScores
                if none(&self.positive) && none(&self.negative) =>
            {
                "positive or negative"
            }
            RecommendStrategy::AverageVector
            | RecommendStrategy::BestScore
            | RecommendStrategy::SumScores => return Ok(()),
        };
        Err(Error::BadRequest(format!("At least one {missing} vector ID required with this strategy")))
    }
}

impl From<RecommendPoints> for QueryPoints {
    fn from(recommend: RecommendPoints) -> Self {
        let RecommendPoints {
            positive,
            negative,
            strategy,
            filter,
            params,
            limit,
            offset,
            with_payload,
            with_vector,
            score_threshold,
            using,
            lookup_from,
        } = recommend;
        let inputs =
            |examples: Option<Vec<_>>| examples.map(|list| list.into_iter().map(Into::into).collect());
        let recommend = RecommendInput { positive: inputs(positive), negative: inputs(negative), strategy };
        Self {
            prefetch: Vec::new(),
            query: Some(QueryInterface::Query(Query::Recommend(RecommendQuery { recommend }))),
            using,
            filter,
            params,
            score_threshold,
            limit,
            offset,
            with_vector,
            with_payload: with_payload.or(Some(WithPayloadInterface::Bool(true))),
            lookup_from: lookup_from.map(lookup_of_examples),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::PackedVectors;
    use crate::model::query::recommend_example::tests::NOT_EXAMPLES;

    fn parse(request: Value) -> Result<RecommendPoints> {
        let request: RecommendPoints = serde_json::from_str(&request.to_string())?;
        request.validate()?;
        Ok(request)
    }

    fn error(request: Value) -> String {
        parse(request).unwrap_err().to_string()
    }

    #[test]
    fn examples_are_ids_and_vectors_packed_or_plain() {
        PackedVectors::with(&[9.0, 0.5, 1.0], || {
            let packed = json!({
                "positive": [u64::MAX, "\0f32:1:2"],
                "negative": [{ "indices": [3, 1], "values": "\0f32:1:2" }],
            });
            let plain = json!({
                "positive": [u64::MAX, [0.5, 1.0]],
                "negative": [{ "indices": [3, 1], "values": [0.5, 1.0] }],
            });
            let request = parse(packed).unwrap();
            assert_eq!(request, parse(plain).unwrap());
            let id = RecommendExample::PointId(u64::MAX.into());
            assert_eq!(request.positive, Some(vec![id, RecommendExample::Dense(vec![0.5, 1.0])]));
        });
    }

    #[test]
    fn what_is_no_example_gets_the_servers_text() {
        for text in NOT_EXAMPLES {
            let example: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                error(json!({ "positive": [example] })),
                "Format error in JSON body: data did not match any variant of untagged enum RecommendExample",
                "{text}"
            );
        }
    }

    #[test]
    fn a_strategy_without_its_examples_is_refused() {
        let positive = "Bad request: At least one positive vector ID required with this strategy";
        let any = "Bad request: At least one positive or negative vector ID required with this strategy";
        assert_eq!(error(json!({})), positive);
        assert_eq!(error(json!({ "negative": [1], "strategy": "average_vector" })), positive);
        assert_eq!(error(json!({ "positive": [], "strategy": "best_score" })), any);
        assert_eq!(error(json!({ "strategy": "sum_scores" })), any);
        assert!(parse(json!({ "negative": [1], "strategy": "best_score" })).is_ok());
    }

    #[test]
    fn fields_out_of_range_are_named() {
        let sparse = json!({ "indices": [1], "values": [] });
        assert_eq!(
            error(json!({ "positive": [1, sparse], "params": { "hnsw_ef": 0 }, "limit": 0 })),
            "Validation error in JSON body: \
             [recommend_request.positive[1].values: Validation error: must be the same length as indices [{}]; \
             recommend_request.params.hnsw_ef: value 0 invalid, must be 1 or larger; \
             recommend_request.limit: value 0 invalid, must be 1 or larger]"
        );
        PackedVectors::with(&[f32::NAN], || {
            let text = error(json!({ "negative": ["\0f32:0:1"] }));
            assert!(text.ends_with("untagged enum RecommendExample: negative[0][0] is NaN"), "{text}");
        });
    }

    #[test]
    fn null_is_as_absent() {
        let request = json!({
            "positive": null, "negative": null, "strategy": null, "filter": null, "params": null, "limit": null,
            "offset": null, "with_payload": null, "with_vector": null, "score_threshold": null, "using": null,
            "lookup_from": null,
        });
        let request: RecommendPoints = serde_json::from_value(request).unwrap();
        assert_eq!(request, RecommendPoints::default());
    }
}
