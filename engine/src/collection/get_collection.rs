use std::collections::HashMap;
use std::sync::atomic::Ordering;

use qdrant_edge::ShardInfo;
use serde::Deserialize;

use super::Collection;
use crate::error::{Error, Result};
use crate::model::{CollectionConfig, CollectionInfo, CollectionStatus, CreateCollection, OptimizersStatus};
use crate::operation::Read;

/// Tells settings, size and state of a collection. One that could not be opened is `red`, with the reason as
/// the error of its optimizer.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct GetCollection {}

impl Read for GetCollection {
    type Output = CollectionInfo;

    fn execute(self, collection: &Collection) -> Result<CollectionInfo> {
        // Before the points: what ends after it was read must not go with what was counted before it ended.
        let optimizer = collection.optimizer_state();
        let info = collection.shard.info()?;
        let config = collection.settings();
        let queued = collection.queued_writes.load(Ordering::Relaxed);
        let is_due = collection.is_optimization_due(&optimizer, &info);
        let (status, optimizer_status) = match optimizer.error {
            Some(error) => (CollectionStatus::Red, OptimizersStatus::Error(error)),
            None if optimizer.running => (CollectionStatus::Yellow, OptimizersStatus::Ok),
            // Then the optimizer is switched off, and nothing was written since the collection was opened.
            None if is_due && !optimizer.pending && !collection.has_changed() => {
                (CollectionStatus::Grey, OptimizersStatus::Ok)
            }
            None if is_due => (CollectionStatus::Yellow, OptimizersStatus::Ok),
            None => (CollectionStatus::Green, OptimizersStatus::Ok),
        };
        Ok(CollectionInfo::new(info, config, status, optimizer_status, queued))
    }

    fn of_damaged(self, reason: Error, config: Option<CollectionConfig>) -> Result<CollectionInfo> {
        let config =
            config.map_or_else(|| CollectionConfig::from_request(CreateCollection::default()), Ok)?;
        let nothing = ShardInfo {
            segments_count: 0,
            points_count: 0,
            indexed_vectors_count: 0,
            payload_schema: HashMap::new(),
        };
        let reason = OptimizersStatus::Error(reason.to_string());
        Ok(CollectionInfo::new(nothing, config, CollectionStatus::Red, reason, 0))
    }
}
