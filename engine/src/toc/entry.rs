//! A collection's place in the table of content: its queue of writes, and whether it is open.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock, RwLockWriteGuard};
use qdrant_edge::ResourceBudget;
use tokio::sync::{mpsc, oneshot};
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use crate::collection::Collection;
use crate::config::Durability;
use crate::engine::{Job, Pending, Progress, Reply, Runtimes, WriteJob, no_reply, refuse_write};
use crate::error::{Error, Result};
use crate::model::CollectionConfig;
use crate::operation::Reconfigure;

/// Pause in the writes that an optimization waits for, so that a load is not indexed piece by piece.
const QUIET_BEFORE_OPTIMIZING: Duration = Duration::from_millis(500);

/// How long an optimization waits for that pause at most.
const MAX_WAIT_BEFORE_OPTIMIZING: Duration = Duration::from_secs(10);

/// Writes that share one step of making them durable, at most: what the first of them waits for.
const MAX_WRITES_PER_SYNC: usize = 64;

/// A named collection of the store.
pub(crate) struct Entry {
    name: String,
    state: RwLock<State>,
    writes: mpsc::UnboundedSender<Turn>,
    queued_writes: Arc<AtomicUsize>,
    flush_scheduled: AtomicBool,
    optimizer_scheduled: AtomicBool,
    /// How many want the optimizer not to run.
    optimizer_pauses: AtomicUsize,
    /// Held while the optimizer runs. Who needs the collection alone takes it first, and so does not
    /// keep readers waiting for the optimizer.
    optimizing: Mutex<()>,
    runtimes: Runtimes,
    budget: ResourceBudget,
    durability: Durability,
}

/// What waits in the queue of writes.
enum Turn {
    Write(WriteJob),
    /// A write that is about more than the open collection.
    Entry(Job<Entry>),
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
        durability: Durability,
    ) -> Arc<Self> {
        let (writes, queue) = mpsc::unbounded_channel();
        let queued_writes = Arc::default();
        let entry = Arc::new(Self {
            name,
            state: RwLock::new(State::of(opened, &queued_writes, durability)),
            writes,
            queued_writes,
            flush_scheduled: AtomicBool::new(false),
            optimizer_scheduled: AtomicBool::new(false),
            optimizer_pauses: AtomicUsize::new(0),
            optimizing: Mutex::new(()),
            runtimes: runtimes.clone(),
            budget: budget.clone(),
            durability,
        });
        runtimes.update.spawn(apply_in_order(Arc::downgrade(&entry), queue));
        entry.schedule_optimization();
        entry
    }

    /// The collection's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs a read on the calling thread.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Collection) -> Result<T>) -> Result<T> {
        match &*self.state.read() {
            State::Open(collection) => read(collection),
            State::Damaged(error) => Err(error.clone()),
            State::Closed => Err(Error::collection_not_found(&self.name)),
        }
    }

    /// Does what has come to the head of the queue.
    fn take(self: &Arc<Self>, turn: Turn) -> Progress {
        match turn {
            Turn::Write(job) => self.run(job),
            Turn::Entry(job) => {
                let reply = job(Ok(self));
                self.schedule_optimization();
                Progress::Done(reply)
            }
        }
    }

    /// Runs a job on the calling thread.
    fn run(&self, job: WriteJob) -> Progress {
        match &*self.state.read() {
            State::Open(collection) => job(Ok(collection)),
            State::Damaged(error) => job(Err(error.clone())),
            State::Closed => job(Err(Error::collection_not_found(&self.name))),
        }
    }

    /// Puts a write behind those that were called before.
    pub(crate) fn enqueue_write(&self, job: WriteJob) {
        self.wait_in_line(Turn::Write(job));
    }

    /// As [`Self::enqueue_write`], for one that has nothing to wait for.
    fn enqueue(&self, job: Job<Collection>) {
        self.enqueue_write(Box::new(|collection| Progress::Done(job(collection))));
    }

    /// As [`Self::enqueue_write`], for a write that is about more than the open collection.
    pub(crate) fn enqueue_for_entry(&self, job: Job<Entry>) {
        self.wait_in_line(Turn::Entry(job));
    }

    fn wait_in_line(&self, turn: Turn) {
        self.queued_writes.fetch_add(1, Ordering::Relaxed);
        if let Err(mpsc::error::SendError(turn)) = self.writes.send(turn) {
            turn.refuse(Error::Closed);
        }
    }

    /// Changes the settings; in its turn among the writes. If the shard has to be opened anew, that
    /// waits for the optimizer; readers wait only while the shard is not open.
    pub(crate) fn reconfigure(&self, change: impl Reconfigure) -> Result<bool> {
        let config = self.read(|collection| change.reconfigured(collection.settings()))?;
        if !self.read(|collection| collection.adopt(&config))? {
            // Other collections share the thread.
            block_in_place(|| {
                let _no_optimization = self.optimizing.lock();
                self.reopen(config)
            })?;
        }
        self.with_open(Collection::announce_settings);
        Ok(true)
    }

    /// Runs a write that must not run beside the optimizer; in its turn.
    pub(crate) fn write_alone<T>(&self, write: impl FnOnce(&Collection) -> Result<T>) -> Result<T> {
        // Other collections share the thread.
        block_in_place(|| {
            let _no_optimization = self.optimizing.lock();
            self.read(write)
        })
    }

    fn reopen(&self, config: CollectionConfig) -> Result<()> {
        let mut state = self.state.write();
        let collection = match mem::replace(&mut *state, State::Closed) {
            State::Open(collection) => *collection,
            State::Damaged(error) => {
                *state = State::Damaged(error.clone());
                return Err(error);
            }
            State::Closed => return Err(Error::collection_not_found(&self.name)),
        };
        match collection.reopened(config) {
            Ok((collection, outcome)) => {
                *state = State::Open(Box::new(collection));
                outcome
            }
            Err(error) => {
                *state = State::Damaged(error.clone());
                Err(error)
            }
        }
    }

    /// Waits for the writes that were called before.
    pub(super) fn drain(&self) {
        let (done, drained) = oneshot::channel();
        self.enqueue(Box::new(move |_| {
            let _ = done.send(());
            no_reply()
        }));
        let _ = drained.blocking_recv();
    }

    /// Does `work` in turn among the writes, and waits for it.
    pub(super) fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Collection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = oneshot::channel();
        self.enqueue(Box::new(move |collection| {
            // Other collections share the thread.
            let _ = done.send(collection.and_then(|collection| block_in_place(|| work(collection))));
            no_reply()
        }));
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Error::Service("the collection's work ended".to_owned())))
    }

    /// Waits for the optimizer, and keeps it from running.
    pub(super) fn pause_optimizer(self: &Arc<Self>) -> OptimizerPause {
        self.optimizer_pauses.fetch_add(1, Ordering::AcqRel);
        drop(self.optimizing.lock());
        OptimizerPause(self.clone())
    }

    /// Flushes what is open. Only while no write is queued.
    pub(super) fn flush(&self) -> Result<()> {
        self.with_open(Collection::flush).unwrap_or(Ok(()))
    }

    /// Waits for reads and background work, and lets go of the files.
    pub(super) fn close(&self) {
        drop(mem::replace(&mut *self.state.write(), State::Closed));
    }

    /// Lets go of the files, for others to take their place. Who reads waits until that is [over](Suspension::end).
    pub(super) fn suspend(self: &Arc<Self>) -> Suspension<'_> {
        let mut state = self.state.write();
        drop(mem::replace(&mut *state, State::Closed));
        Suspension { entry: self, state }
    }

    /// Why the collection could not be opened.
    pub(super) fn damage(&self) -> Option<Error> {
        match &*self.state.read() {
            State::Damaged(error) => Some(error.clone()),
            State::Open(_) | State::Closed => None,
        }
    }

    /// Whether the collection's files are open.
    pub(super) fn is_open(&self) -> bool {
        self.with_open(|_| ()).is_some()
    }

    /// Runs `look` on the collection, if it is open.
    fn with_open<T>(&self, look: impl FnOnce(&Collection) -> T) -> Option<T> {
        match &*self.state.read() {
            State::Open(collection) => Some(look(collection)),
            State::Damaged(_) | State::Closed => None,
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
        let durable = match self.durability {
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
    fn after_write(self: &Arc<Self>) {
        if self.with_open(Collection::is_dirty) == Some(true) {
            self.schedule_flush();
            self.schedule_optimization();
        }
    }

    /// Has the collection flushed after its interval. An idle collection has no timer.
    fn schedule_flush(self: &Arc<Self>) {
        let Some(delay) = self.with_open(Collection::flush_interval) else { return };
        if self.flush_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        let entry = Arc::downgrade(self);
        self.runtimes.background.spawn(async move {
            sleep(delay).await;
            let Some(entry) = entry.upgrade() else { return };
            entry.flush_scheduled.store(false, Ordering::Release);
            entry.enqueue(Box::new(|collection| {
                if let Ok(collection) = collection {
                    collection.make_durable_in_background();
                }
                no_reply()
            }));
        });
    }

    /// Has the optimizer run once the writes pause. One run at a time: what is written meanwhile is
    /// looked at by the next.
    fn schedule_optimization(self: &Arc<Self>) {
        if self.with_open(Collection::is_optimization_pending) != Some(true)
            || self.optimizer_scheduled.swap(true, Ordering::AcqRel)
        {
            return;
        }
        self.runtimes.background.spawn(optimize_when_quiet(Arc::downgrade(self)));
    }

    /// Optimizes; this may take long.
    fn optimize(self: &Arc<Self>) {
        let budget = self.budget.clone();
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
pub(super) struct OptimizerPause(Arc<Entry>);

impl Drop for OptimizerPause {
    fn drop(&mut self) {
        self.0.optimizer_pauses.fetch_sub(1, Ordering::AcqRel);
    }
}

/// While it lasts, nobody gets at a collection, and its files are closed.
pub(super) struct Suspension<'a> {
    entry: &'a Arc<Entry>,
    state: RwLockWriteGuard<'a, State>,
}

impl Suspension<'_> {
    /// Goes on with what was opened.
    pub(super) fn end(self, opened: Result<Collection>) {
        let Self { entry, mut state } = self;
        *state = State::of(opened, &entry.queued_writes, entry.durability);
        drop(state);
        entry.schedule_optimization();
    }
}

impl State {
    fn of(opened: Result<Collection>, queued_writes: &Arc<AtomicUsize>, durability: Durability) -> Self {
        match opened {
            Ok(collection) => State::Open(Box::new(collection.counting(queued_writes).surviving(durability))),
            Err(error) => State::Damaged(error),
        }
    }
}

impl Turn {
    fn refuse(self, error: Error) {
        match self {
            Turn::Write(job) => refuse_write(job, error),
            Turn::Entry(job) => job(Err(error))(Ok(())),
        }
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
            tokio::task::spawn_blocking(move || entry.optimize())
        };
        let _ = run.await;
        entry.optimizer_scheduled.store(false, Ordering::Release);
        let again = entry.with_open(Collection::is_optimization_pending) == Some(true);
        if !again || entry.optimizer_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}

/// The queue of a collection's writes: a task, so that an idle collection costs no thread.
async fn apply_in_order(entry: Weak<Entry>, mut queue: mpsc::UnboundedReceiver<Turn>) {
    let mut turns = Vec::new();
    let mut replies = Vec::new();
    let mut at_once = 1;
    while queue.recv_many(&mut turns, at_once).await > 0 {
        let Some(entry) = entry.upgrade() else {
            return turns.into_iter().for_each(|turn| turn.refuse(Error::Closed));
        };
        for turn in turns.drain(..) {
            entry.queued_writes.fetch_sub(1, Ordering::Relaxed);
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
        if entry.durability == Durability::Sync {
            at_once = MAX_WRITES_PER_SYNC;
        }
        entry.answer(&mut replies);
        entry.after_write();
        drop(entry);
        // Other collections share the thread.
        tokio::task::yield_now().await;
    }
}
