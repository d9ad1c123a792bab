//! What a collection does for itself: flushing and optimizing.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::MutexGuard;
use qdrant_edge::{OperationError, ResourceBudget, ShardInfo};

use super::Collection;
use super::disk_space::reserve_for_optimization;
use super::optimizer_log::OptimizerLog;
use crate::error::{Error, Result};
use crate::model::TrackerStatus;

/// Points that are in no index.
pub(super) fn unindexed(info: &ShardInfo) -> usize {
    info.points_count.saturating_sub(info.indexed_vectors_count)
}

/// How the background optimizer stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OptimizerState {
    /// A run is due, so there may be work for it.
    pub pending: bool,
    /// The settings were changed since its last run, so there may be work in what it has seen already.
    pub reconfigured: bool,
    /// It runs.
    pub running: bool,
    /// Why its last run failed.
    pub error: Option<String>,
    /// Segments and indexed vectors, when a run was last looked at.
    pub layout: Option<(usize, usize)>,
}

impl Collection {
    /// Time from the first unflushed write to the flush.
    pub(crate) fn flush_interval(&self) -> Duration {
        Duration::from_secs(self.config.read().optimizer_config.flush_interval_sec.max(1))
    }

    /// Whether there are writes that only the write-ahead log holds.
    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Acquire)
    }

    /// Makes everything written so far durable. Must not run beside a write: it is itself queued as
    /// one, or runs when there are none.
    pub(crate) fn flush(&self) -> Result<()> {
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        self.sync_new_segments().and_then(|()| self.shard.flush().map_err(Error::from)).inspect_err(
            |_| {
                self.dirty.store(true, Ordering::Release);
            },
        )?;
        self.never_flushed.store(false, Ordering::Release);
        self.unflushed.store(0, Ordering::Release);
        self.widely_changed.lock().clear();
        Ok(())
    }

    /// Has segments of the optimizer reach the disk: the next flush removes those that they replace. Not while
    /// a write runs, of which a part would get there before the log does.
    fn sync_new_segments(&self) -> Result<()> {
        let is_running = self.optimizer.lock().running;
        if !self.unsynced_segments.swap(is_running, Ordering::AcqRel) {
            return Ok(());
        }
        self.sync_log()
            .and_then(|()| self.sync_shard())
            .inspect_err(|_| self.unsynced_segments.store(true, Ordering::Release))
    }

    /// As [`Self::flush`], also of what the write-ahead log held when the collection was opened.
    pub(super) fn flush_log(&self) -> Result<()> {
        if self.never_flushed.load(Ordering::Acquire) {
            self.dirty.store(true, Ordering::Release);
        }
        self.flush()
    }

    /// Says that the optimizer is to look at the collection, unless it is switched off.
    pub(super) fn announce_optimization(&self) {
        let is_optimized = self.config.read().optimizer_config.max_optimization_threads != Some(0);
        self.optimizer.lock().pending = is_optimized;
    }

    /// As [`Self::announce_optimization`], for all of the collection, as its settings were changed.
    pub(crate) fn announce_settings(&self) {
        self.mark_unsettled();
        self.announce_optimization();
        self.optimizer.lock().reconfigured = true;
    }

    /// Whether an optimization was announced since the last one began.
    pub(crate) fn is_optimization_pending(&self) -> bool {
        self.optimizer.lock().pending
    }

    /// Merges, indexes and vacuums segments until none is left to optimize. Runs beside reads and
    /// writes.
    pub(crate) fn optimize(&self, budget: ResourceBudget) {
        {
            // At one stroke: it is never neither pending nor running before its work is done.
            let mut state = self.optimizer.lock();
            state.pending = false;
            state.reconfigured = false;
            state.running = true;
        }
        let room = match reserve_for_optimization(self) {
            Ok(room) => room,
            Err(error) => {
                tracing::warn!(%error, path = %self.shard.path().display(), "not optimized");
                // No failure where there was nothing to do.
                let has_work = self.has_work_to_optimize();
                let mut state = self.optimizer.lock();
                state.running = false;
                state.error = has_work.then(|| error.to_string());
                return;
            }
        };
        self.unsynced_segments.store(true, Ordering::Release);
        self.optimizer_log.lock().start();
        let outcome = catch_unwind(AssertUnwindSafe(|| self.shard.optimize_with_budget(budget)))
            .unwrap_or_else(|_| Err(OperationError::service_error_light("the optimizer panicked")));
        drop(room);
        let mut state = self.optimizer.lock();
        state.running = false;
        let status = match outcome {
            Ok(optimized) => {
                if optimized {
                    // Replaced segments leave the disk with the next flush.
                    self.dirty.store(true, Ordering::Release);
                }
                optimized.then_some(TrackerStatus::Done)
            }
            // Vectors were added or removed meanwhile.
            Err(OperationError::Cancelled { description }) => {
                tracing::debug!(description, path = %self.shard.path().display(), "optimization starts anew");
                state.pending = true;
                Some(TrackerStatus::Cancelled(description))
            }
            Err(error) => {
                let error = Error::from(error).to_string();
                tracing::error!(%error, path = %self.shard.path().display(), "optimization failed");
                Some(TrackerStatus::Error(error))
            }
        };
        state.error = match &status {
            Some(TrackerStatus::Error(error)) => Some(error.clone()),
            _ => None,
        };
        self.optimizer_log.lock().finish(status);
    }

    /// While the optimizer runs: whether segments came or went since this was asked last. Those that it has
    /// replaced stay in memory and on the disk until the next flush, which is due then.
    pub(crate) fn note_replaced_segments(&self) -> bool {
        let Ok(ShardInfo { segments_count, indexed_vectors_count, .. }) = self.shard.info() else {
            return false;
        };
        let now = Some((segments_count, indexed_vectors_count));
        let has_changed = mem::replace(&mut self.optimizer.lock().layout, now) != now;
        if has_changed {
            self.dirty.store(true, Ordering::Release);
        }
        has_changed
    }

    /// Whether there is something to optimize that no run has begun with.
    pub(super) fn is_optimization_due(&self, state: &OptimizerState, info: &ShardInfo) -> bool {
        let OptimizerState { pending, reconfigured, .. } = *state;
        // It looks at every write, and has work only where much is not indexed yet.
        let has_work = || self.config.read().is_worth_indexing(unindexed(info));
        let is_disabled = self.config.read().optimizer_config.max_optimization_threads == Some(0);
        (pending && reconfigured && info.points_count > 0) || ((pending || is_disabled) && has_work())
    }

    pub(super) fn optimizer_log(&self) -> MutexGuard<'_, OptimizerLog> {
        self.optimizer_log.lock()
    }

    /// Whether much of it is not indexed yet.
    fn has_work_to_optimize(&self) -> bool {
        self.shard.info().is_ok_and(|info| self.config.read().is_worth_indexing(unindexed(&info)))
    }

    pub(crate) fn optimizer_state(&self) -> OptimizerState {
        self.optimizer.lock().clone()
    }
}
