//! A collection's place in the table of content: its queue of writes, and whether it is open.

use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::RwLock;
use qdrant_edge::ResourceBudget;
use tokio::sync::{mpsc, oneshot};

use crate::collection::Collection;
use crate::engine::{Job, Runtimes};
use crate::error::{Error, Result};

/// Time from a write to the optimization that it makes due, so that a burst of writes is met by one.
const OPTIMIZE_DELAY: Duration = Duration::from_millis(500);

/// A named collection of the store.
pub(crate) struct Entry {
    name: String,
    state: RwLock<State>,
    writes: mpsc::UnboundedSender<Job<Collection>>,
    queued_writes: Arc<AtomicUsize>,
    flush_due: AtomicBool,
    optimization_due: AtomicBool,
    runtimes: Runtimes,
    budget: ResourceBudget,
}

enum State {
    Open(Box<Collection>),
    /// It could not be opened, and why.
    Damaged(Error),
    Closed,
}

impl Entry {
    /// Takes in an opened collection, or the reason why it could not be opened.
    pub(super) fn new(
        name: String,
        opened: Result<Collection>,
        runtimes: &Runtimes,
        budget: &ResourceBudget,
    ) -> Arc<Self> {
        let (writes, queue) = mpsc::unbounded_channel();
        let queued_writes =
            opened.as_ref().map(|collection| collection.queued_writes().clone()).unwrap_or_default();
        let entry = Arc::new(Self {
            name,
            state: RwLock::new(match opened {
                Ok(collection) => State::Open(Box::new(collection)),
                Err(error) => State::Damaged(error),
            }),
            writes,
            queued_writes,
            flush_due: AtomicBool::new(false),
            optimization_due: AtomicBool::new(false),
            runtimes: runtimes.clone(),
            budget: budget.clone(),
        });
        runtimes.update.spawn(apply_in_order(Arc::downgrade(&entry), queue));
        entry.schedule_optimization();
        entry
    }

    /// Runs a job on the calling thread.
    pub(crate) fn run(&self, job: Job<Collection>) {
        match &*self.state.read() {
            State::Open(collection) => job(Ok(collection)),
            State::Damaged(error) => job(Err(error.clone())),
            State::Closed => job(Err(Error::collection_not_found(&self.name))),
        }
    }

    /// Puts a write behind those that were called before.
    pub(crate) fn enqueue(&self, job: Job<Collection>) {
        self.queued_writes.fetch_add(1, Ordering::Relaxed);
        if let Err(mpsc::error::SendError(job)) = self.writes.send(job) {
            job(Err(Error::Closed));
        }
    }

    /// Waits for the writes that were called before.
    pub(super) fn drain(&self) {
        let (done, drained) = oneshot::channel();
        self.enqueue(Box::new(move |_| {
            let _ = done.send(());
        }));
        let _ = drained.blocking_recv();
    }

    /// Flushes what is open. Only while no write is queued.
    pub(super) fn flush(&self) -> Result<()> {
        self.with_open(Collection::flush).unwrap_or(Ok(()))
    }

    /// Waits for reads and background work, and lets go of the files.
    pub(super) fn close(&self) {
        drop(mem::replace(&mut *self.state.write(), State::Closed));
    }

    /// Runs `look` on the collection, if it is open.
    fn with_open<T>(&self, look: impl FnOnce(&Collection) -> T) -> Option<T> {
        match &*self.state.read() {
            State::Open(collection) => Some(look(collection)),
            State::Damaged(_) | State::Closed => None,
        }
    }

    /// Sees to what a write made due.
    fn after_write(self: &Arc<Self>) {
        if self.with_open(Collection::is_dirty) == Some(true) {
            self.schedule_flush();
            self.schedule_optimization();
        }
    }

    fn schedule_flush(self: &Arc<Self>) {
        let Some(delay) = self.with_open(Collection::flush_interval) else { return };
        self.later(
            delay,
            |entry| &entry.flush_due,
            |entry| {
                entry.enqueue(Box::new(|collection| {
                    // Tried again after the next delay, since the collection stays dirty.
                    if let Ok(Err(error)) = collection.map(Collection::flush) {
                        tracing::error!(%error, "background flush failed");
                    }
                }));
            },
        );
    }

    fn schedule_optimization(self: &Arc<Self>) {
        let announce = |collection: &Collection| {
            collection.is_optimized().then(|| collection.announce_optimization()).is_some()
        };
        if self.with_open(announce) != Some(true) {
            return;
        }
        self.later(
            OPTIMIZE_DELAY,
            |entry| &entry.optimization_due,
            |entry| {
                let runtimes = entry.runtimes.clone();
                runtimes.background.spawn_blocking(move || {
                    let budget = entry.budget.clone();
                    entry.with_open(|collection| collection.optimize(budget));
                    if entry.with_open(Collection::is_dirty) == Some(true) {
                        entry.schedule_flush();
                    }
                });
            },
        );
    }

    /// Runs `action` after `delay`, unless that is due already. An idle collection has no timer.
    fn later(
        self: &Arc<Self>,
        delay: Duration,
        due: fn(&Entry) -> &AtomicBool,
        action: impl FnOnce(Arc<Entry>) + Send + 'static,
    ) {
        if due(self).swap(true, Ordering::AcqRel) {
            return;
        }
        let entry = Arc::downgrade(self);
        self.runtimes.background.spawn(async move {
            tokio::time::sleep(delay).await;
            if let Some(entry) = entry.upgrade() {
                due(&entry).store(false, Ordering::Release);
                action(entry);
            }
        });
    }
}

/// The queue of a collection's writes: a task, so that an idle collection costs no thread.
async fn apply_in_order(entry: Weak<Entry>, mut queue: mpsc::UnboundedReceiver<Job<Collection>>) {
    while let Some(job) = queue.recv().await {
        let Some(entry) = entry.upgrade() else { return job(Err(Error::Closed)) };
        entry.queued_writes.fetch_sub(1, Ordering::Relaxed);
        entry.run(job);
        entry.after_write();
        drop(entry);
        // Other collections share the thread.
        tokio::task::yield_now().await;
    }
}
