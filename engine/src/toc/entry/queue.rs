//! The queue of a collection's writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use super::Entry;
use crate::collection::Collection;
use crate::config::Durability;
use crate::engine::{Job, Pending, Progress, Reply, WriteJob, no_reply, refuse_write};
use crate::error::{Error, Result};

/// Writes that share one step of making them durable, at most: what the first of them waits for.
const MAX_WRITES_PER_SYNC: usize = 64;

/// What waits in the queue.
pub(super) enum Turn {
    Write(WriteJob),
    /// A write that is about more than the open collection.
    Entry(Job<Entry>),
    /// What a collection does for itself. The files are not opened for it.
    Upkeep(Box<dyn FnOnce(&Entry) + Send>),
}

impl Entry {
    /// Puts a write behind those that were called before.
    pub(crate) fn enqueue_write(&self, job: WriteJob) {
        self.wait_in_line(Turn::Write(job));
    }

    /// As [`Self::enqueue_write`], for a write that is about more than the open collection.
    pub(crate) fn enqueue_for_entry(&self, job: Job<Entry>) {
        self.wait_in_line(Turn::Entry(job));
    }

    /// Puts what the collection does for itself behind the writes that were called before.
    pub(super) fn enqueue_upkeep(&self, work: impl FnOnce(&Entry) + Send + 'static) {
        // When it is refused, the collection is gone.
        let _ = self.writes.send(Turn::Upkeep(Box::new(work)));
    }

    fn wait_in_line(&self, turn: Turn) {
        self.touch();
        self.queued_writes.fetch_add(1, Ordering::AcqRel);
        if let Err(mpsc::error::SendError(turn)) = self.writes.send(turn) {
            turn.refuse(Error::Closed);
        }
    }

    /// Waits for the writes that were called before.
    pub(in crate::toc) fn drain(&self) {
        let (done, drained) = oneshot::channel();
        self.enqueue_upkeep(move |_| {
            let _ = done.send(());
        });
        let _ = drained.blocking_recv();
    }

    /// Does `work` in turn among the writes, and waits for it.
    pub(in crate::toc) fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Collection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = oneshot::channel();
        self.enqueue_write(Box::new(move |collection| {
            // Other collections share the thread.
            let _ = done.send(collection.and_then(|collection| block_in_place(|| work(collection))));
            Progress::Done(no_reply())
        }));
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Error::Service("the collection's work ended".to_owned())))
    }

    /// Does what has come to the head of the queue.
    fn take(&self, turn: Turn) -> Progress {
        match turn {
            Turn::Write(job) => self.run(job),
            Turn::Entry(job) => {
                let reply = job(Ok(self));
                self.schedule_pending_optimization();
                Progress::Done(reply)
            }
            Turn::Upkeep(work) => {
                work(self);
                Progress::Done(no_reply())
            }
        }
    }

    /// Runs a job on the calling thread.
    fn run(&self, job: WriteJob) -> Progress {
        match self.opened() {
            Ok(collection) => job(Ok(&*collection)),
            Err(error) => job(Err(error)),
        }
    }

    /// Runs a part of a write. A call answers its own panic; this is for what the collection does for
    /// itself.
    fn step(&self, work: impl FnOnce() -> Progress) -> Option<Progress> {
        let progress = catch_unwind(AssertUnwindSafe(work));
        if progress.is_err() {
            tracing::error!(collection = %self.name, "background work panicked");
        }
        progress.ok()
    }

    /// Tells the outcome of writes, once they are as durable as they have to be.
    fn answer(&self, replies: &mut Vec<Reply>) {
        let durable = match self.shared.durability {
            Durability::Process => Ok(()),
            Durability::Sync => self.with_open(Collection::sync_log).unwrap_or(Ok(())),
        };
        replies.drain(..).for_each(|reply| reply(durable.clone()));
    }

    /// What a write at the head of the queue waits for. A flush that becomes due meanwhile is in the
    /// queue behind it, and so is made here.
    async fn until(&self, mut rest: Pending<WriteJob>) -> WriteJob {
        loop {
            let interval = self.with_open(Collection::flush_interval).unwrap_or(Duration::MAX);
            if let Ok(job) = timeout(interval, &mut rest).await {
                return job;
            }
            if self.with_open(Collection::is_dirty) == Some(true) {
                self.with_open(Collection::make_durable_in_background);
            }
        }
    }

    /// Sees to what a write made due.
    fn after_write(&self) {
        if self.with_open(Collection::is_dirty) == Some(true) {
            self.schedule_flush();
            self.schedule_pending_optimization();
        }
    }

    /// Has the collection flushed after its interval. An idle collection has no timer.
    pub(super) fn schedule_flush(&self) {
        let Some(delay) = self.with_open(Collection::flush_interval) else { return };
        if self.flush_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        let entry = self.this.clone();
        self.shared.runtimes.background.spawn(async move {
            sleep(delay).await;
            let Some(entry) = entry.upgrade() else { return };
            entry.flush_scheduled.store(false, Ordering::Release);
            entry.enqueue_upkeep(|entry| {
                entry.with_open(Collection::make_durable_in_background);
            });
        });
    }
}

impl Turn {
    fn is_write(&self) -> bool {
        match self {
            Turn::Write(_) | Turn::Entry(_) => true,
            Turn::Upkeep(_) => false,
        }
    }

    fn refuse(self, error: Error) {
        match self {
            Turn::Write(job) => refuse_write(job, error),
            Turn::Entry(job) => job(Err(error))(Ok(())),
            Turn::Upkeep(_) => {}
        }
    }
}

/// The queue of a collection's writes: a task, so that an idle collection costs no thread.
pub(super) async fn apply_in_order(entry: Weak<Entry>, mut queue: mpsc::UnboundedReceiver<Turn>) {
    let mut turns = Vec::new();
    let mut replies = Vec::new();
    let mut at_once = 1;
    while queue.recv_many(&mut turns, at_once).await > 0 {
        let Some(entry) = entry.upgrade() else {
            return turns.into_iter().for_each(|turn| turn.refuse(Error::Closed));
        };
        for turn in turns.drain(..) {
            if turn.is_write() {
                entry.queued_writes.fetch_sub(1, Ordering::AcqRel);
                entry.ready().await;
            }
            let mut progress = entry.step(|| entry.take(turn));
            while let Some(Progress::Waiting(rest)) = progress {
                entry.answer(&mut replies);
                let job = entry.until(rest).await;
                progress = entry.step(|| entry.run(job));
            }
            if let Some(Progress::Done(reply)) = progress {
                replies.push(reply);
            }
        }
        if entry.shared.durability == Durability::Sync {
            at_once = MAX_WRITES_PER_SYNC;
        }
        entry.answer(&mut replies);
        entry.after_write();
        drop(entry);
        // Other collections share the thread.
        tokio::task::yield_now().await;
    }
}
