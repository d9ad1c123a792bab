//! Requests and responses of the Qdrant REST API: parsing, validation, and conversion to the engine's
//! types.
//!
//! A request type parses the object that the method of `@qdrant/js-client-rest` takes, with the
//! defaults of that method. A `null` is as an absent field; unknown fields are ignored. A response type
//! serializes to the `result` of a server.

mod aliases;
mod collection;
mod names;
mod packed;
mod payload_index;
mod points;
mod query;
mod snapshots;
mod validation;
mod vectors;

pub use aliases::{
    AliasDescription, AliasOperations, ChangeAliases, CollectionsAliasesResponse, CreateAlias, DeleteAlias,
    RenameAlias,
};
pub use collection::{
    CollectionConfig, CollectionDescription, CollectionExistence, CollectionInfo, CollectionParams,
    CollectionParamsDiff, CollectionStatus, CollectionWarning, CollectionsResponse, CreateCollection,
    CreateVectorName, DeleteVectorName, Disabled, GetOptimizations, HnswConfigDiff, MaxOptimizationThreads,
    Optimization, OptimizationSegmentInfo, OptimizationsResponse, OptimizationsSummary, OptimizersConfig,
    OptimizersConfigDiff, OptimizersStatus, PayloadStorageParams, PendingOptimization, ProgressTree,
    QuantizationConfigDiff, ShardingMethod, SparseIndexParams, SparseVectorParams, StrictModeConfig,
    StrictModeMultivector, StrictModeSparse, TrackerStatus, UpdateCollection, UpdateQueueInfo,
    VectorNameParams, VectorParams, VectorParamsDiff, VectorsConfig, WalConfig, WalConfigDiff,
};
pub(crate) use names::validate_called_name;
pub use names::validate_collection_name;
pub use packed::PackedVectors;
pub use payload_index::{CreatePayloadIndex, DeletePayloadIndex, DeletePayloadIndexParams};
pub use points::{
    Batch, BatchUpdate, ClearPayload, CountPoints, CountResult, DeletePayload, DeletePoints, DeleteVectors,
    GetPoint, OverwritePayload, PointInsertOperations, PointStruct, PointVectors, PointsSelector, Record,
    RetrievePoints, ScoredPoint, ScrollPoints, ScrollResult, SetPayload, UpdateOperation, UpdateResult,
    UpdateStatus, UpdateVectors, UpsertPoints, WriteOrdering,
};
pub(crate) use query::Place;
pub use query::{
    ContextExamplePair, ContextPair, ContextQuery, DecayParams, DiscoverBatch, DiscoverInput, DiscoverPoints,
    DiscoverQuery, DivParams, Expression, Facet, FacetResponse, FacetValueHit, FacetValueOutput,
    FeedbackItem, FeedbackStrategy, FormulaQuery, Fusion, FusionQuery, GeoDistanceParams, GroupsResult,
    LookupLocation, Mmr, NaiveFeedbackStrategyParams, NamedVectorStruct, NearestQuery, OrderByQuery,
    PointGroup, PowParams, Prefetch, Query, QueryBatch, QueryGroups, QueryInterface, QueryPoints,
    QueryResponse, RecommendBatch, RecommendExample, RecommendInput, RecommendPointGroups, RecommendPoints,
    RecommendQuery, RecommendStrategy, RelevanceFeedbackInput, RelevanceFeedbackQuery, Rrf, RrfQuery, Sample,
    SampleQuery, SearchBatch, SearchMatrix, SearchMatrixOffsets, SearchMatrixOffsetsResponse,
    SearchMatrixPair, SearchMatrixPairs, SearchMatrixPairsResponse, SearchPointGroups, SearchPoints,
    VectorInput, WithLookup, WithLookupInterface,
};
pub use snapshots::{FullSnapshotSource, SnapshotDescription, SnapshotPriority, SnapshotSource};
pub(crate) use validation::Checked;
pub use vectors::{
    BatchVectorStruct, InferenceInput, InferenceObject, Vector, VectorOutput, VectorSource, VectorStruct,
    VectorStructOutput,
};
