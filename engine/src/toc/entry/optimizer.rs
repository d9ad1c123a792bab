//! Has a collection optimized in the background.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::Entry;
use crate::collection::Collection;

/// Pause in the writes that an optimization waits for, so that a load is not indexed piece by piece.
const QUIET_BEFORE_OPTIMIZING: Duration = Duration::from_millis(500);

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
        self.with_open(|collection| collection.optimize(budget));
        if self.with_open(Collection::is_dirty) == Some(true) {
            self.schedule_flush();
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
        let run = {
            let entry = entry.clone();
            spawn_blocking(move || entry.optimize())
        };
        let _ = run.await;
        entry.optimizer_scheduled.store(false, Ordering::Release);
        let again = entry.with_open(Collection::is_optimization_pending) == Some(true);
        if !again || entry.optimizer_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}
