//! A collection's settings: as requested, as stored and echoed, and as the engine takes them.

mod config;
mod create;
mod diff;
mod edge;
mod foreign;
mod info;
mod list;
mod optimizations;
#[cfg(test)]
mod round_trip;
mod strict_mode;
mod update;
mod vector_name;
mod vectors;

pub use config::{
    CollectionConfig, CollectionParams, OptimizersConfig, PayloadStorageParams, ShardingMethod, WalConfig,
};
pub use create::CreateCollection;
pub use diff::{HnswConfigDiff, MaxOptimizationThreads, OptimizersConfigDiff, WalConfigDiff};
pub use info::{CollectionInfo, CollectionStatus, CollectionWarning, OptimizersStatus, UpdateQueueInfo};
pub use list::{CollectionDescription, CollectionExistence, CollectionsResponse};
pub use optimizations::{
    GetOptimizations, Optimization, OptimizationSegmentInfo, OptimizationsResponse, OptimizationsSummary,
    PendingOptimization, ProgressTree, TrackerStatus,
};
pub use strict_mode::{StrictModeConfig, StrictModeMultivector, StrictModeSparse};
pub use update::{
    CollectionParamsDiff, Disabled, QuantizationConfigDiff, UpdateCollection, VectorParamsDiff,
};
pub use vector_name::{CreateVectorName, DeleteVectorName, VectorNameParams};
pub use vectors::{SparseIndexParams, SparseVectorParams, VectorParams, VectorsConfig};
