//! A collection's settings: as requested, as stored and echoed, and as the engine takes them.

mod config;
mod create;
mod diff;
mod edge;
mod info;
mod list;
#[cfg(test)]
mod round_trip;
mod strict_mode;
mod vectors;

pub use config::{
    CollectionConfig, CollectionParams, OptimizersConfig, PayloadStorageParams, ShardingMethod, WalConfig,
};
pub use create::CreateCollection;
pub use diff::{HnswConfigDiff, MaxOptimizationThreads, OptimizersConfigDiff, WalConfigDiff};
pub use info::{CollectionInfo, CollectionStatus, CollectionWarning, OptimizersStatus, UpdateQueueInfo};
pub use list::{CollectionDescription, CollectionExistence, CollectionsResponse};
pub use strict_mode::{StrictModeConfig, StrictModeMultivector, StrictModeSparse};
pub use vectors::{SparseIndexParams, SparseVectorParams, VectorParams, VectorsConfig};
