//! Turns queries in which no ids are left into the engine's.

use qdrant_edge::{
    ContextPair as EdgeContextPair, ContextQuery as EdgeContextQuery, DEFAULT_VECTOR_NAME,
    DiscoverQuery as EdgeDiscoverQuery, EdgeConfig, FeedbackItem as EdgeFeedbackItem, FeedbackNaiveQuery,
    Formula, Fusion as EdgeFusion, Mmr as EdgeMmr, NaiveFeedbackStrategy, NamedQuery,
    Prefetch as EdgePrefetch, QueryEnum, RecommendQuery as EdgeRecommendQuery, Sample as EdgeSample,
    ScoringQuery, VectorInternal, VectorRef, avg_vector_for_recommendation,
};

use super::query_points::DEFAULT_LIMIT;
use super::vector_schema::check_query_vector;
use crate::error::{Error, Result};
use crate::model::{
    ContextPair, ContextQuery, DiscoverInput, DiscoverQuery, FeedbackItem, FormulaQuery, Fusion, FusionQuery,
    Mmr, NaiveFeedbackStrategyParams, NearestQuery, OrderByQuery, Prefetch, Query, RecommendInput,
    RecommendQuery, RecommendStrategy, RelevanceFeedbackInput, RelevanceFeedbackQuery, Rrf, RrfQuery, Sample,
    SampleQuery, VectorInput,
};

/// Constant of reciprocal rank fusion where a query gives none.
const DEFAULT_RRF_K: usize = 2;

const DEFAULT_DIVERSITY: f32 = 0.5;

/// The engine's form of a prefetch.
pub(super) fn prefetch_request(config: &EdgeConfig, prefetch: Prefetch) -> Result<EdgePrefetch> {
    let Prefetch {
        prefetch,
        query,
        using,
        filter,
        params,
        score_threshold,
        limit,
        // Followed already.
        lookup_from: _,
    } = prefetch;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    Ok(EdgePrefetch {
        prefetches: prefetch
            .into_iter()
            .map(|inner| prefetch_request(config, inner))
            .collect::<Result<_>>()?,
        query: query.map(|query| scoring_query(config, query.into(), using, limit)).transpose()?,
        limit,
        params,
        filter,
        score_threshold,
    })
}

/// The engine's form of a query that compares vectors of the name `using`.
pub(super) fn scoring_query(
    config: &EdgeConfig,
    query: Query,
    using: Option<String>,
    limit: usize,
) -> Result<ScoringQuery> {
    let using = using.unwrap_or_else(|| DEFAULT_VECTOR_NAME.to_owned());
    let vector = |input| comparable(config, &using, input);
    let query = match query {
        Query::Nearest(NearestQuery { nearest, mmr: None }) => {
            QueryEnum::Nearest(NamedQuery::new(vector(nearest)?, using))
        }
        Query::Nearest(NearestQuery { nearest, mmr: Some(Mmr { diversity, candidates_limit }) }) => {
            return Ok(ScoringQuery::Mmr(EdgeMmr {
                vector: vector(nearest)?,
                using,
                lambda: (1.0 - diversity.unwrap_or(DEFAULT_DIVERSITY)).into(),
                candidates_limit: candidates_limit.unwrap_or(limit),
            }));
        }
        Query::Recommend(RecommendQuery { recommend: RecommendInput { positive, negative, strategy } }) => {
            // Examples that have no such vector do not count.
            let vectors = |inputs: Option<Vec<VectorInput>>| {
                let inputs = inputs.into_iter().flatten();
                inputs.filter(|input| matches!(input, VectorInput::Vector(_))).map(vector).collect()
            };
            let (positive, negative): (Result<Vec<_>>, Result<Vec<_>>) =
                (vectors(positive), vectors(negative));
            let (positive, negative) = (positive?, negative?);
            match strategy.unwrap_or_default() {
                RecommendStrategy::AverageVector => {
                    let mean = avg_vector_for_recommendation(
                        positive.iter().map(VectorRef::from),
                        negative.iter().map(VectorRef::from).peekable(),
                    )?;
                    QueryEnum::Nearest(NamedQuery::new(mean, using))
                }
                RecommendStrategy::BestScore => QueryEnum::RecommendBestScore(NamedQuery::new(
                    EdgeRecommendQuery::new(positive, negative),
                    using,
                )),
                RecommendStrategy::SumScores => QueryEnum::RecommendSumScores(NamedQuery::new(
                    EdgeRecommendQuery::new(positive, negative),
                    using,
                )),
            }
        }
        Query::Discover(DiscoverQuery { discover: DiscoverInput { target, context } }) => {
            let target = vector(target)?;
            let query = EdgeDiscoverQuery::new(target, pairs(context, vector)?);
            QueryEnum::Discover(NamedQuery::new(query, using))
        }
        Query::Context(ContextQuery { context }) => {
            let query = EdgeContextQuery::new(pairs(context, vector)?);
            QueryEnum::Context(NamedQuery::new(query, using))
        }
        Query::RelevanceFeedback(RelevanceFeedbackQuery {
            relevance_feedback: RelevanceFeedbackInput { target, feedback, strategy },
        }) => {
            let NaiveFeedbackStrategyParams { a, b, c } = strategy.naive;
            let feedback = feedback.into_iter().map(|FeedbackItem { example, score }| {
                Ok(EdgeFeedbackItem { vector: vector(example)?, score: score.into() })
            });
            let query = FeedbackNaiveQuery {
                target: vector(target)?,
                feedback: feedback.collect::<Result<_>>()?,
                coefficients: NaiveFeedbackStrategy { a: a.into(), b: b.into(), c: c.into() },
            };
            QueryEnum::FeedbackNaive(NamedQuery::new(query, using))
        }
        Query::OrderBy(OrderByQuery { order_by }) => return Ok(ScoringQuery::OrderBy(order_by.into())),
        Query::Fusion(FusionQuery { fusion: Fusion::Rrf }) => {
            return Ok(ScoringQuery::Fusion(EdgeFusion::Rrf { k: DEFAULT_RRF_K, weights: None }));
        }
        Query::Fusion(FusionQuery { fusion: Fusion::Dbsf }) => {
            return Ok(ScoringQuery::Fusion(EdgeFusion::Dbsf));
        }
        Query::Rrf(RrfQuery { rrf: Rrf { k, weights } }) => {
            let weights = weights.map(|weights| weights.into_iter().map(Into::into).collect());
            return Ok(ScoringQuery::Fusion(EdgeFusion::Rrf { k: k.unwrap_or(DEFAULT_RRF_K), weights }));
        }
        Query::Formula(formula) => return formula_query(formula),
        Query::Sample(SampleQuery { sample: Sample::Random }) => {
            return Ok(ScoringQuery::Sample(EdgeSample::Random));
        }
    };
    Ok(ScoringQuery::Vector(query))
}

fn formula_query(formula: FormulaQuery) -> Result<ScoringQuery> {
    Ok(ScoringQuery::Formula(Formula::from(formula).try_into()?))
}

fn pairs(
    pairs: Vec<ContextPair>,
    vector: impl Fn(VectorInput) -> Result<VectorInternal>,
) -> Result<Vec<EdgeContextPair<VectorInternal>>> {
    let pairs = pairs.into_iter().map(|ContextPair { positive, negative }| {
        Ok(EdgeContextPair { positive: vector(positive)?, negative: vector(negative)? })
    });
    pairs.collect()
}

/// A vector that can be compared with those of the name `using`.
fn comparable(config: &EdgeConfig, using: &str, input: VectorInput) -> Result<VectorInternal> {
    let VectorInput::Vector(vector) = input else {
        return Err(Error::NotFound(format!("Vector with name {using:?} for point not found")));
    };
    check_query_vector(config, using, &vector)?;
    let mut vector = VectorInternal::from(vector);
    // Sorts the indices of a sparse vector.
    vector.preprocess();
    Ok(vector)
}
