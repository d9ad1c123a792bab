use qdrant_edge::EdgeShard;

use super::Collection;
use super::maintenance::OptimizerState;
use super::optimizer_log::OptimizerLog;
use super::strict_mode::Rates;

/// What of a collection outlasts the closing of its files while nobody uses them.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Numbers of its first and of its next operation; `None` before the files are opened the first time.
    pub(super) operations: Option<(u64, u64)>,
    pub(super) optimizer: OptimizerState,
    pub(super) optimizer_log: OptimizerLog,
    pub(super) rates: Rates,
}

impl Session {
    /// Whether the files were open before.
    pub(crate) fn was_open(&self) -> bool {
        self.operations.is_some()
    }
}

impl Collection {
    /// Splits the collection into what is kept, and the files, which are closed by dropping them. All has to
    /// be [settled](Self::settle).
    pub(crate) fn at_rest(self) -> (Session, EdgeShard) {
        let Self {
            folder: _,
            shard,
            config: _, // as stored
            next_operation,
            first_operation,
            dirty: _,
            unflushed: _,
            last_operation: _,
            unsynced: _,
            unsynced_segments: _,
            never_flushed: _,
            unsettled: _,
            widely_changed: _,
            optimizer,
            optimizer_log,
            queued_writes: _,
            durability: _,
            preset: _,
            rates,
        } = self;
        let session = Session {
            operations: Some((first_operation, next_operation.into_inner())),
            optimizer: optimizer.into_inner(),
            optimizer_log: optimizer_log.into_inner(),
            rates,
        };
        (session, shard)
    }
}
