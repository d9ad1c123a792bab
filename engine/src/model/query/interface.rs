use std::fmt;

use qdrant_edge::OrderByInterface;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::formula::FormulaQuery;
use super::one_or_many::one_or_many;
use super::vector_input::{VectorInput, VectorInputVisitor};
use crate::model::vectors::VectorSource;

/// What a server says of a query that it does not know.
pub(super) const NO_QUERY: &str = "Expected some form of vector, id, or a type of query";

/// What to look for: a plain vector or id, or a kind of query by name.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryInterface {
    /// As [`Query::Nearest`].
    Nearest(VectorInput),
    /// A kind of query.
    Query(Query),
}

/// A kind of query.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Query {
    /// The nearest points.
    Nearest(NearestQuery),
    /// Points like some examples and unlike others.
    Recommend(RecommendQuery),
    /// The points nearest to a target, among those that a context favours.
    Discover(DiscoverQuery),
    /// The points that a context favours.
    Context(ContextQuery),
    /// Points in the order of a payload field.
    OrderBy(OrderByQuery),
    /// The prefetched points, with the scores of all prefetches in one.
    Fusion(FusionQuery),
    /// As the fusion `rrf`, with settings.
    Rrf(RrfQuery),
    /// The prefetched points, scored by a formula.
    Formula(FormulaQuery),
    /// Some points.
    Sample(SampleQuery),
    /// The nearest points, corrected by how good some points turned out to be.
    RelevanceFeedback(RelevanceFeedbackQuery),
}

/// Finds the nearest points: `{ nearest, mmr }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct NearestQuery {
    /// The vector to be near to.
    pub nearest: VectorInput,
    /// Makes the found points differ from each other. Default: not.
    pub mmr: Option<Mmr>,
}

/// Maximal marginal relevance: picks points that are near to the query and far from those picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct Mmr {
    /// From 0, only nearness counts, to 1, only difference does. Default: 0.5.
    pub diversity: Option<f32>,
    /// How many of the nearest points to pick from, at most 16384. Default: the limit.
    pub candidates_limit: Option<usize>,
}

/// Finds points like examples: `{ recommend }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecommendQuery {
    /// The examples.
    pub recommend: RecommendInput,
}

/// Examples of what to find and what not to find, at least one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RecommendInput {
    /// Vectors to be like. Default: none.
    pub positive: Option<Vec<VectorInput>>,
    /// Vectors to be unlike. Default: none.
    pub negative: Option<Vec<VectorInput>>,
    /// How the examples make a score. Default: `average_vector`.
    pub strategy: Option<RecommendStrategy>,
}

/// How examples make a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecommendStrategy {
    /// Near to twice the mean of the positive ones less the mean of the negative ones.
    #[default]
    AverageVector,
    /// By the nearest example.
    BestScore,
    /// By the sum over all examples.
    SumScores,
}

/// Finds points near to a target within a context: `{ discover }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DiscoverQuery {
    /// Target and context.
    pub discover: DiscoverInput,
}

/// A target and a context.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DiscoverInput {
    /// The vector to be near to.
    pub target: VectorInput,
    /// Pairs, where found points are nearer to the positive than to the negative ones. Or one pair.
    #[serde(deserialize_with = "one_or_many")]
    pub context: Vec<ContextPair>,
}

/// Finds points by pairs of vectors: `{ context }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ContextQuery {
    /// Pairs, where found points are nearer to the positive than to the negative ones. Or one pair.
    #[serde(deserialize_with = "one_or_many")]
    pub context: Vec<ContextPair>,
}

/// A vector to be near to rather than to another one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ContextPair {
    /// The vector to be near to.
    pub positive: VectorInput,
    /// The other one.
    pub negative: VectorInput,
}

/// Orders points by a payload field: `{ order_by }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrderByQuery {
    /// The field, which has an index for ranges, and the direction.
    pub order_by: OrderByInterface,
}

/// Merges prefetches: `{ fusion }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct FusionQuery {
    /// How to merge.
    pub fusion: Fusion,
}

/// How to merge prefetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fusion {
    /// Reciprocal rank fusion, by the places of a point in the prefetches.
    Rrf,
    /// Distribution-based score fusion, by the scores of a point relative to those of the others.
    Dbsf,
}

/// Merges prefetches by reciprocal rank fusion: `{ rrf }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RrfQuery {
    /// The settings.
    pub rrf: Rrf,
}

/// Settings of reciprocal rank fusion.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Rrf {
    /// The higher, the less the first places differ, at least 1. Default: 2.
    pub k: Option<usize>,
    /// How much each prefetch counts. Default: all alike.
    pub weights: Option<Vec<f32>>,
}

/// Picks some points: `{ sample }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct SampleQuery {
    /// How to pick.
    pub sample: Sample,
}

/// How to pick points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// By chance.
    Random,
}

/// Finds points by a target and feedback: `{ relevance_feedback }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RelevanceFeedbackQuery {
    /// Target, feedback and strategy.
    pub relevance_feedback: RelevanceFeedbackInput,
}

/// A target, and how relevant some examples are to it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RelevanceFeedbackInput {
    /// The vector to be near to.
    pub target: VectorInput,
    /// The examples.
    pub feedback: Vec<FeedbackItem>,
    /// How the feedback counts.
    pub strategy: FeedbackStrategy,
}

/// How relevant an example is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FeedbackItem {
    /// The example.
    pub example: VectorInput,
    /// Its relevance; more is better.
    pub score: f32,
}

/// How feedback counts: `{ naive }`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct FeedbackStrategy {
    /// By a formula with three coefficients.
    pub naive: NaiveFeedbackStrategyParams,
}

/// Coefficients of the score `a * similarity + sum over pairs of examples of confidence^b * c * delta`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct NaiveFeedbackStrategyParams {
    /// Weight of the similarity to the target.
    pub a: f32,
    /// Exponent of the difference in relevance, at least 0.
    pub b: f32,
    /// Weight of the feedback.
    pub c: f32,
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

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QueryInterface, A::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Nearest(VectorSource),
            Query(Query),
        }
        Ok(match Form::deserialize(MapAccessDeserializer::new(map))? {
            Form::Nearest(source) => QueryInterface::Nearest(source.into()),
            Form::Query(query) => QueryInterface::Query(query),
        })
    }
}

impl From<QueryInterface> for Query {
    fn from(query: QueryInterface) -> Self {
        match query {
            QueryInterface::Nearest(nearest) => Query::Nearest(NearestQuery { nearest, mmr: None }),
            QueryInterface::Query(query) => query,
        }
    }
}
