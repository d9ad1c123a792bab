//! Has a collection optimized in the background.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::{Entry, State};
use crate::collection::Collection;

/// Pause in the writes that an optimization waits for, so that a load is not indexed piece by piece.
const QUIET_BEFORE_OPTIMIZING: Duration = Duration::from_millis(500);

/// How often a run is looked at for segments that it has replaced already.
const BETWEEN_LOOKS_AT_SEGMENTS: Duration = Duration::from_secs(2);

/// How long an optimization waits for that pause at most.
const MAX_WAIT_BEFORE_OPTIMIZING: Duration = Duration::from_secs(10);

impl Entry {
    /// Has the optimizer run once the writes pause. One run at a time: what is written meanwhile is
    /// looked at by the next.
    pub(super) fn schedule_optimization(&self) {
        if !self.optimizer_scheduled.swap(true, Ordering::AcqRel) {
            self.shared.runtimes.background.spawn(optimize_when_quiet(self.this.clone()));
        }
    }

    /// As [`Self::schedule_optimization`], if there is something to optimize.
    pub(super) fn schedule_pending_optimization(&self) {
        if self.with_open(Collection::is_optimization_pending) == Some(true) {
            self.schedule_optimization();
        }
    }

    /// Keeps the optimizer from beginning another run.
    pub(in crate::toc) fn hold_optimizer(self: &Arc<Self>) -> OptimizerPause {
        self.optimizer_pauses.fetch_add(1, Ordering::AcqRel);
        OptimizerPause(self.clone())
    }

    /// Waits for the optimizer, and keeps it from running.
    pub(in crate::toc) fn pause_optimizer(self: &Arc<Self>) -> OptimizerPause {
        let pause = self.hold_optimizer();
        drop(self.optimizing.lock());
        pause
    }

    /// Optimizes; this may take long.
    fn optimize(&self) {
        let budget = self.shared.budget.clone();
        let _running = self.optimizing.lock();
        if self.optimizer_pauses.load(Ordering::Acquire) > 0 {
            return;
        }
        let collection = match &*self.state.read() {
            State::Open(collection) => collection.clone(),
            State::Resting(_) | State::Damaged(_) | State::Closed => return,
        };
        collection.optimize(budget);
        let is_dirty = {
            let state = self.state.read();
            if matches!(*state, State::Closed) {
                settle_at_end(&collection); // nobody else will
            }
            let is_dirty = collection.is_dirty();
            // Under the lock, so that this is not the last of an open one.
            drop(collection);
            is_dirty
        };
        if is_dirty {
            self.schedule_flush();
        }
    }

    /// Whether no optimization runs any more, which is waited for until `deadline`, or else to its end.
    pub(in crate::toc) fn is_optimized_by(&self, deadline: Option<Instant>) -> bool {
        match deadline {
            Some(deadline) => self.optimizing.try_lock_until(deadline).is_some(),
            None => {
                drop(self.optimizing.lock());
                true
            }
        }
    }
}

/// While it lasts, a collection is not optimized. What becomes due is done afterwards.
pub(in crate::toc) struct OptimizerPause(Arc<Entry>);

impl Drop for OptimizerPause {
    fn drop(&mut self) {
        self.0.optimizer_pauses.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What closing a collection would have done, had it waited for the optimizer.
pub(super) fn settle_at_end(collection: &Collection) {
    if let Err(error) = collection.settle() {
        tracing::error!(%error, "could not flush what was optimized");
    }
}

/// Runs the optimizer until no write has come since its last run.
async fn optimize_when_quiet(entry: Weak<Entry>) {
    let writes = || entry.upgrade().and_then(|entry| entry.with_open(Collection::operations));
    loop {
        let started = Instant::now();
        let mut before = writes();
        loop {
            sleep(QUIET_BEFORE_OPTIMIZING).await;
            let now = writes();
            if now == before || started.elapsed() >= MAX_WAIT_BEFORE_OPTIMIZING {
                break;
            }
            before = now;
        }
        let Some(entry) = entry.upgrade() else { return };
        let mut run = {
            let entry = entry.clone();
            spawn_blocking(move || entry.optimize())
        };
        while timeout(BETWEEN_LOOKS_AT_SEGMENTS, &mut run).await.is_err() {
            let entry = entry.clone();
            // It may have to wait for a write.
            let look = spawn_blocking(move || {
                if entry.with_open(Collection::note_replaced_segments) == Some(true) {
                    entry.schedule_flush();
                }
            });
            let _ = look.await;
        }
        entry.optimizer_scheduled.store(false, Ordering::Release);
        let again = entry.with_open(Collection::is_optimization_pending) == Some(true);
        if !again || entry.optimizer_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}
