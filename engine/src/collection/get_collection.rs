use std::sync::atomic::Ordering;

use serde::Deserialize;

use super::Collection;
use crate::error::Result;
use crate::model::{CollectionInfo, CollectionStatus, OptimizersStatus};
use crate::operation::Read;

/// Tells settings, size and state of a collection.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct GetCollection {}

impl Read for GetCollection {
    type Output = CollectionInfo;

    fn execute(self, collection: &Collection) -> Result<CollectionInfo> {
        let info = collection.shard.info()?;
        let config = collection.settings();
        let optimizer = collection.optimizer_state();
        let queued = collection.queued_writes.load(Ordering::Relaxed);
        let is_due = collection.is_optimization_due(&info);
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
}
