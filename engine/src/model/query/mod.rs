//! Requests that find points, and their results.

mod discover;
mod discover_batch;
mod facet;
mod formula;
mod interface;
mod interface_parts;
mod one_or_many;
mod query_batch;
mod query_groups;
mod query_points;
mod recommend;
mod recommend_batch;
mod recommend_example;
mod recommend_point_groups;
mod search;
mod search_batch;
mod search_matrix;
mod search_point_groups;
mod stage;
mod vector_input;

pub use discover::{ContextExamplePair, DiscoverPoints};
pub use discover_batch::DiscoverBatch;
pub use facet::{Facet, FacetResponse, FacetValueHit, FacetValueOutput};
pub use formula::{DecayParams, DivParams, Expression, FormulaQuery, GeoDistanceParams, PowParams};
pub use interface::{
    ContextPair, ContextQuery, DiscoverInput, DiscoverQuery, FeedbackItem, FeedbackStrategy, Fusion,
    FusionQuery, Mmr, NaiveFeedbackStrategyParams, NearestQuery, OrderByQuery, Query, QueryInterface,
    RecommendInput, RecommendQuery, RecommendStrategy, RelevanceFeedbackInput, RelevanceFeedbackQuery, Rrf,
    RrfQuery, Sample, SampleQuery,
};
pub use query_batch::QueryBatch;
pub use query_groups::{GroupsResult, PointGroup, QueryGroups, WithLookup, WithLookupInterface};
pub use query_points::{LookupLocation, Prefetch, QueryPoints, QueryResponse};
pub use recommend::RecommendPoints;
pub use recommend_batch::RecommendBatch;
pub use recommend_example::RecommendExample;
pub use recommend_point_groups::RecommendPointGroups;
pub use search::{NamedVectorStruct, SearchPoints};
pub use search_batch::SearchBatch;
pub use search_matrix::{
    SearchMatrix, SearchMatrixOffsets, SearchMatrixOffsetsResponse, SearchMatrixPair, SearchMatrixPairs,
    SearchMatrixPairsResponse,
};
pub use search_point_groups::SearchPointGroups;
pub(crate) use stage::Place;
pub use vector_input::VectorInput;
