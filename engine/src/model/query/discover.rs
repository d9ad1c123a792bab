use qdrant_edge::{Filter, SearchParams, WithPayloadInterface, WithVector};
use serde::Deserialize;

use super::recommend_example::lookup_of_examples;
use super::search_batch::needs_limit;
use super::{
    ContextPair, ContextQuery, DiscoverInput, DiscoverQuery, LookupLocation, Query, QueryInterface,
    QueryPoints, RecommendExample,
};
use crate::error::{Error, Result};
use crate::model::validation::Faults;

/// Finds the points nearest to a target among those that a context favours, or those that a context
/// favours. [`QueryPoints`] does the same and more.
///
/// # Errors
/// 400 with neither a target nor a context, and for a vector of the wrong dimension, kind or name; 404
/// for an example that does not exist, or a missing collection to look it up in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DiscoverPoints {
    /// What to be near to. Default: nothing in particular.
    pub target: Option<RecommendExample>,
    /// Pairs, where found points are nearer to the positive than to the negative ones. Default: none.
    pub context: Option<Vec<ContextExamplePair>>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// How to search.
    pub params: Option<SearchParams>,
    /// How many points to return at most, at least 1. Has to be given.
    #[serde(alias = "top")]
    pub limit: Option<usize>,
    /// How many of the best points to skip. Default: 0.
    pub offset: Option<usize>,
    /// Which payload to return. Default: none.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    pub with_vector: Option<WithVector>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
    /// Where the points are that examples name by their ids. Default: in this collection. Without a
    /// `vector` of its own it means their default vector.
    pub lookup_from: Option<LookupLocation>,
}

/// What to be near to rather than to something else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ContextExamplePair {
    /// What to be near to.
    pub positive: RecommendExample,
    /// The other one.
    pub negative: RecommendExample,
}

impl DiscoverPoints {
    pub(crate) fn validate(&self) -> Result<()> {
        needs_limit(self.limit)?;
        let mut faults = Faults::default();
        self.check("discover_request", &mut faults)?;
        faults.into_result()?;
        self.check_examples()
    }

    /// Notes what is wrong with the request at `path`. Numbers that JSON cannot hold are an error at once.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) -> Result<()> {
        let Self {
            target,
            context,
            filter,
            params,
            limit,
            offset: _,
            with_payload: _,
            with_vector: _,
            using: _,
            lookup_from: _,
        } = self;
        if let Some(target) = target {
            target.check(path, "target", faults)?;
        }
        for (index, ContextExamplePair { positive, negative }) in context.iter().flatten().enumerate() {
            positive.check(path, &format!("context[{index}].positive"), faults)?;
            negative.check(path, &format!("context[{index}].negative"), faults)?;
        }
        faults.within(&format!("{path}.filter"), filter.as_ref());
        faults.within(&format!("{path}.params"), params.as_ref());
        faults.at_least(&format!("{path}.limit"), *limit, 1);
        Ok(())
    }

    /// Checks that there is something to find.
    pub(super) fn check_examples(&self) -> Result<()> {
        if self.target.is_none() && self.context.as_ref().is_none_or(Vec::is_empty) {
            return Err(Error::BadRequest("target and/or context_pairs must be specified".to_owned()));
        }
        Ok(())
    }
}

impl From<DiscoverPoints> for QueryPoints {
    fn from(discover: DiscoverPoints) -> Self {
        let DiscoverPoints {
            target,
            context,
            filter,
            params,
            limit,
            offset,
            with_payload,
            with_vector,
            using,
            lookup_from,
        } = discover;
        let context = context.into_iter().flatten().map(Into::into).collect();
        let query = match target {
            Some(target) => {
                let discover = DiscoverInput { target: target.into(), context };
                Query::Discover(DiscoverQuery { discover })
            }
            None => Query::Context(ContextQuery { context }),
        };
        Self {
            prefetch: Vec::new(),
            query: Some(QueryInterface::Query(query)),
            using,
            filter,
            params,
            score_threshold: None,
            limit,
            offset,
            with_vector,
            with_payload,
            lookup_from: lookup_from.map(lookup_of_examples),
        }
    }
}

impl From<ContextExamplePair> for ContextPair {
    fn from(pair: ContextExamplePair) -> Self {
        let ContextExamplePair { positive, negative } = pair;
        Self { positive: positive.into(), negative: negative.into() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::PackedVectors;
    use crate::model::query::recommend_example::tests::NOT_EXAMPLES;

    fn parse(request: Value) -> Result<DiscoverPoints> {
        let request: DiscoverPoints = serde_json::from_str(&request.to_string())?;
        request.validate()?;
        Ok(request)
    }

    fn error(request: Value) -> String {
        parse(request).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_example_gets_the_servers_text() {
        for text in NOT_EXAMPLES {
            let example: Value = serde_json::from_str(text).unwrap();
            let pair = json!({ "positive": 1, "negative": example });
            assert_eq!(
                error(json!({ "context": [pair], "limit": 1 })),
                "Format error in JSON body: data did not match any variant of untagged enum RecommendExample",
                "{text}"
            );
        }
        assert_eq!(error(json!({ "target": 1 })), "Format error in JSON body: missing field `limit`");
    }

    #[test]
    fn nothing_to_find_is_refused() {
        for request in [json!({ "limit": 1 }), json!({ "limit": 1, "context": [], "target": null })] {
            assert_eq!(error(request), "Bad request: target and/or context_pairs must be specified");
        }
    }

    #[test]
    fn fields_out_of_range_are_named() {
        let sparse = json!({ "indices": [1, 1], "values": [1, 2] });
        assert_eq!(
            error(json!({ "context": [{ "positive": 1, "negative": sparse }], "limit": 0 })),
            "Validation error in JSON body: \
             [discover_request.context[0].negative.indices: Validation error: must be unique [{}]; \
             discover_request.limit: value 0 invalid, must be 1 or larger]"
        );
        PackedVectors::with(&[f32::INFINITY], || {
            let text = error(json!({ "target": "\0f32:0:1", "limit": 1 }));
            assert!(text.ends_with("untagged enum RecommendExample: target[0] is inf"), "{text}");
        });
    }
}
