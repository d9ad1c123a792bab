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
        let config = collection.config.read().clone();
        let optimizer = collection.optimizer_state();
        let queued = collection.queued_writes.load(Ordering::Relaxed);
        // The optimizer looks at every write; it has work only where much is not indexed yet.
        let has_work = || {
            let unindexed = info.points_count.saturating_sub(info.indexed_vectors_count);
            config.is_worth_indexing(unindexed)
        };
        let (status, optimizer_status) = match optimizer.error {
            Some(error) => (CollectionStatus::Red, OptimizersStatus::Error(error)),
            None if optimizer.running || (optimizer.pending && has_work()) => {
                (CollectionStatus::Yellow, OptimizersStatus::Ok)
            }
            None => (CollectionStatus::Green, OptimizersStatus::Ok),
        };
        Ok(CollectionInfo::new(info, config, status, optimizer_status, queued))
    }
}
