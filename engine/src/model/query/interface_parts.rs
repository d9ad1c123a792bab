//! The vectors within a query, and what can be wrong with it.

use super::formula::FormulaQuery;
use super::interface::{
    ContextPair, ContextQuery, DiscoverInput, DiscoverQuery, Mmr, NaiveFeedbackStrategyParams, NearestQuery,
    OrderByQuery, Query, QueryInterface, RecommendInput, RecommendQuery, RelevanceFeedbackInput,
    RelevanceFeedbackQuery, Rrf, RrfQuery,
};
use super::vector_input::VectorInput;
use crate::model::validation::Faults;

impl QueryInterface {
    /// Each vector of the query, with its path below `query`.
    pub(crate) fn inputs(&self) -> Vec<(String, &VectorInput)> {
        fn list<'a>(
            path: &str,
            inputs: &'a Option<Vec<VectorInput>>,
        ) -> impl Iterator<Item = (String, &'a VectorInput)> {
            let inputs = inputs.iter().flatten().enumerate();
            inputs.map(move |(index, input)| (format!("{path}[{index}]"), input))
        }
        fn pairs<'a>(
            path: &str,
            pairs: &'a [ContextPair],
        ) -> impl Iterator<Item = (String, &'a VectorInput)> {
            pairs.iter().enumerate().flat_map(move |(index, ContextPair { positive, negative })| {
                let pair = format!("{path}[{index}]");
                [(format!("{pair}.positive"), positive), (format!("{pair}.negative"), negative)]
            })
        }
        match self {
            Self::Nearest(input) => vec![(String::new(), input)],
            Self::Query(query) => match query {
                Query::Nearest(NearestQuery { nearest, mmr: _ }) => vec![(".nearest".to_owned(), nearest)],
                Query::Recommend(RecommendQuery {
                    recommend: RecommendInput { positive, negative, strategy: _ },
                }) => list(".recommend.positive", positive)
                    .chain(list(".recommend.negative", negative))
                    .collect(),
                Query::Discover(DiscoverQuery { discover: DiscoverInput { target, context } }) => {
                    let target = (".discover.target".to_owned(), target);
                    [target].into_iter().chain(pairs(".discover.context", context)).collect()
                }
                Query::Context(ContextQuery { context }) => pairs(".context", context).collect(),
                Query::RelevanceFeedback(RelevanceFeedbackQuery {
                    relevance_feedback: RelevanceFeedbackInput { target, feedback, strategy: _ },
                }) => {
                    let target = (".relevance_feedback.target".to_owned(), target);
                    let examples = feedback.iter().enumerate().map(|(index, item)| {
                        (format!(".relevance_feedback.feedback[{index}].example"), &item.example)
                    });
                    [target].into_iter().chain(examples).collect()
                }
                Query::OrderBy(_)
                | Query::Fusion(_)
                | Query::Rrf(_)
                | Query::Formula(_)
                | Query::Sample(_) => Vec::new(),
            },
        }
    }

    /// As [`inputs`](Self::inputs), to be changed.
    pub(crate) fn inputs_mut(&mut self) -> Vec<&mut VectorInput> {
        match self {
            Self::Nearest(input) => vec![input],
            Self::Query(query) => match query {
                Query::Nearest(NearestQuery { nearest, mmr: _ }) => vec![nearest],
                Query::Recommend(RecommendQuery {
                    recommend: RecommendInput { positive, negative, strategy: _ },
                }) => positive.iter_mut().chain(negative).flatten().collect(),
                Query::Discover(DiscoverQuery { discover: DiscoverInput { target, context } }) => {
                    [target].into_iter().chain(context.iter_mut().flat_map(ContextPair::inputs_mut)).collect()
                }
                Query::Context(ContextQuery { context }) => {
                    context.iter_mut().flat_map(ContextPair::inputs_mut).collect()
                }
                Query::RelevanceFeedback(RelevanceFeedbackQuery {
                    relevance_feedback: RelevanceFeedbackInput { target, feedback, strategy: _ },
                }) => [target].into_iter().chain(feedback.iter_mut().map(|item| &mut item.example)).collect(),
                Query::OrderBy(_)
                | Query::Fusion(_)
                | Query::Rrf(_)
                | Query::Formula(_)
                | Query::Sample(_) => Vec::new(),
            },
        }
    }

    /// Notes what is wrong with the query at `path`.
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        for (place, input) in self.inputs() {
            faults.within(&format!("{path}{place}"), Some(input));
        }
        let Self::Query(query) = self else { return };
        match query {
            Query::Nearest(NearestQuery { nearest: _, mmr: Some(Mmr { diversity, candidates_limit }) }) => {
                if let Some(diversity) = diversity.filter(|diversity| !(0.0..=1.0).contains(diversity)) {
                    faults.add(
                        &format!("{path}.mmr.diversity"),
                        format_args!("value {diversity:?} invalid, must be from 0.0 to 1.0"),
                    );
                }
                if let Some(limit) = candidates_limit.filter(|limit| *limit > MAX_MMR_CANDIDATES) {
                    faults.add(
                        &format!("{path}.mmr.candidates_limit"),
                        format_args!("value {limit} invalid, must be {MAX_MMR_CANDIDATES} or smaller"),
                    );
                }
            }
            Query::Recommend(_) if self.inputs().is_empty() => faults.add(
                &format!("{path}.recommend.positives, negatives"),
                "Validation error: At least one positive or negative vector/id must be provided [{}]",
            ),
            Query::OrderBy(OrderByQuery { order_by }) => {
                faults.within(&format!("{path}.order_by"), Some(order_by));
            }
            Query::Rrf(RrfQuery { rrf: Rrf { k, weights: _ } }) => {
                faults.at_least(&format!("{path}.rrf.k"), *k, 1);
            }
            Query::Formula(FormulaQuery { formula, defaults: _ }) => formula.check(path, faults),
            Query::RelevanceFeedback(RelevanceFeedbackQuery { relevance_feedback }) => {
                let NaiveFeedbackStrategyParams { a: _, b, c: _ } = relevance_feedback.strategy.naive;
                if b < 0.0 {
                    faults.add(
                        &format!("{path}.relevance_feedback.strategy.naive.b"),
                        format_args!("value {b:?} invalid, must be 0.0 or larger"),
                    );
                }
            }
            Query::Nearest(NearestQuery { nearest: _, mmr: None })
            | Query::Recommend(_)
            | Query::Discover(_)
            | Query::Context(_)
            | Query::Fusion(_)
            | Query::Sample(_) => {}
        }
    }
}

const MAX_MMR_CANDIDATES: usize = 16384;

impl ContextPair {
    fn inputs_mut(&mut self) -> [&mut VectorInput; 2] {
        [&mut self.positive, &mut self.negative]
    }
}
