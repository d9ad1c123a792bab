//! Opening a collection's files when they are needed, and closing them when nobody needs them any more.
//!
//! An open collection costs memory, file handles and a thread; most of a store's collections are not in
//! use at any one time.

use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{MappedRwLockReadGuard, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::{OwnedMutexGuard, oneshot};
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time::{sleep, sleep_until};

use super::optimizer::settle_at_end;
use super::{Entry, State};
use crate::collection::Collection;
use crate::error::Result;

/// Between looks at a collection that has something to do before it may rest.
const UNTIL_NEXT_LOOK: Duration = Duration::from_millis(500);

/// An opening that takes longer than this is worth a longer idle timeout: as many times as long.
const QUICK_OPENING: Duration = Duration::from_millis(60);

impl Entry {
    /// Has the files opened, if they are closed. Who waits for that holds no thread meanwhile; what is
    /// wrong with them is told to who uses them.
    pub(crate) async fn ready(self: &Arc<Self>) {
        if !self.is_resting() {
            return;
        }
        let alone = self.opening.clone().lock_owned().await;
        if !self.is_resting() {
            return;
        }
        let entry = self.clone();
        let opening = spawn_blocking(move || {
            let _alone = alone;
            entry.open()
        });
        // The engine may be ending.
        let _ = opening.await;
    }

    /// The open collection, for as long as it is looked at.
    pub(super) fn opened(&self) -> Result<MappedRwLockReadGuard<'_, Collection>> {
        loop {
            match RwLockReadGuard::try_map(self.state.read(), State::collection) {
                Ok(collection) => return Ok(collection),
                Err(state) if matches!(*state, State::Resting(_)) => {}
                Err(state) => return Err(state.refusal(&self.name)),
            }
            // Rare: whoever comes by way of the engine has seen to it that they are open.
            block_in_place(|| {
                let _alone = self.opening.blocking_lock();
                self.open()
            })?;
        }
    }

    /// Opens the files, if they are closed. For who holds `opening`.
    fn open(&self) -> Result<()> {
        if !self.is_resting() {
            return Ok(());
        }
        // No damage: there may be room the next time.
        Collection::check_opening(&self.folder)?;
        let mut session = match &mut *self.state.write() {
            State::Resting(session) => mem::take(&mut **session),
            State::Open(_) | State::Damaged(_) | State::Closed => return Ok(()),
        };
        let started = Instant::now();
        let opened = Collection::open(&self.folder, self.shared.preset, &mut session);
        let times_quick = started.elapsed().div_duration_f64(QUICK_OPENING).max(1.0);
        *self.idle_timeout.lock() = self.shared.idle_timeout.mul_f64(times_quick);
        if let Err(error) = &opened {
            tracing::error!(collection = %self.name, %error, "cannot open a collection");
            if session.was_open() {
                // Nor is this: it may be that there are too many open files.
                let error = error.clone();
                *self.state.write() = State::Resting(Box::new(session));
                return Err(error);
            }
        }
        self.set_opened(&mut self.state.write(), opened);
        Ok(())
    }

    /// Goes on with what was opened.
    pub(super) fn set_opened(&self, state: &mut State, opened: Result<Collection>) {
        *state = match opened {
            Ok(collection) => {
                // From now on, as opening it may have taken its time.
                self.touch();
                let collection = collection.counting(&self.queued_writes).surviving(self.shared.durability);
                if collection.is_optimization_pending() {
                    self.schedule_optimization();
                }
                self.watch_idleness();
                State::Open(Arc::new(collection))
            }
            Err(error) => State::Damaged(error),
        };
    }

    /// Notes that the collection is in use.
    pub(super) fn touch(&self) {
        *self.last_use.lock() = Instant::now();
    }

    fn last_use(&self) -> Instant {
        *self.last_use.lock()
    }

    fn is_resting(&self) -> bool {
        matches!(*self.state.read(), State::Resting(_))
    }

    /// Whether [`ready`](Self::ready) would have nothing to open; tells at once. While somebody changes the
    /// files, a reader waits where it reads, and opens them there if need be.
    pub(crate) fn is_ready(&self) -> bool {
        self.state.try_read().is_none_or(|state| !matches!(*state, State::Resting(_)))
    }

    /// Whether the files are open.
    pub(in crate::toc) fn is_open(&self) -> bool {
        self.with_open(|_| ()).is_some()
    }

    /// Whether there may be something that has not reached the disk.
    pub(in crate::toc) fn may_need_flush(&self) -> bool {
        match &*self.state.read() {
            State::Open(_) => true,
            State::Resting(_) => Collection::is_unsettled(&self.folder),
            State::Damaged(_) | State::Closed => false,
        }
    }

    /// Whether the optimizer has something to do, or is kept from it by somebody.
    fn is_busy(&self) -> bool {
        self.optimizer_scheduled.load(Ordering::Acquire) || self.optimizer_pauses.load(Ordering::Acquire) > 0
    }

    /// Closes the files, in turn among the writes, unless they were used after `last_use`. Tells whether they
    /// are not open any more.
    async fn rest(&self, last_use: Instant) -> bool {
        let (done, outcome) = oneshot::channel();
        self.enqueue_upkeep(move |entry| {
            let _ = done.send(entry.let_go(last_use));
        });
        outcome.await.unwrap_or(true)
    }

    /// Has the files closed soon, if nobody uses them. What they were opened for then is the business of
    /// the next who opens them.
    pub(in crate::toc) fn rest_again(&self) {
        let last_use = self.last_use();
        self.enqueue_upkeep(move |entry| {
            entry.let_go(last_use);
        });
    }

    /// Closes the files, unless they were used after `last_use` or are in use. As this has its turn among
    /// the writes, none comes between the flush and the end. Tells whether they are not open any more.
    fn let_go(&self, last_use: Instant) -> bool {
        // Other collections share the thread.
        block_in_place(|| self.close_unused(last_use))
    }

    fn close_unused(&self, last_use: Instant) -> bool {
        let (Some(_no_optimization), Ok(_alone)) = (self.optimizing.try_lock(), self.opening.try_lock())
        else {
            return false;
        };
        if Collection::check_opening(&self.folder).is_err() {
            return false; // it could not be opened again
        }
        match self.with_open(Collection::settle) {
            None => return true,
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::error!(collection = %self.name, %error, "cannot flush an idle collection");
                return false;
            }
        }
        let Some(mut state) = self.state.try_write() else { return false };
        let is_wanted = self.last_use() > last_use || self.queued_writes.load(Ordering::Acquire) > 0;
        if is_wanted || state.collection().is_none() {
            return !is_wanted;
        }
        let Some(collection) = state.take() else { return false };
        let (session, files) = collection.at_rest();
        *state = State::Resting(Box::new(session));
        // Who needs them now waits for `opening`.
        drop(state);
        drop(files);
        true
    }

    /// Has the files closed after the idle timeout. A resting collection has no timer.
    fn watch_idleness(&self) {
        if !self.idleness_watched.swap(true, Ordering::AcqRel) {
            self.shared.runtimes.background.spawn(rest_when_idle(self.this.clone()));
        }
    }

    /// Waits for reads and background work, and lets go of the files for good.
    pub(in crate::toc) fn close(&self) {
        let _no_optimization = self.optimizing.lock();
        let _alone = self.opening.blocking_lock();
        let mut state = self.state.write();
        if let Some(collection) = state.collection() {
            collection.forget_unsettled();
        }
        *state = State::Closed;
    }

    /// As [`close`](Self::close), but an optimization that runs keeps the files until its end. Tells whether
    /// one does.
    pub(in crate::toc) fn leave_to_optimizer(&self) -> bool {
        let _alone = self.opening.blocking_lock();
        let left = mem::replace(&mut *self.state.write(), State::Closed);
        let State::Open(collection) = left else { return false };
        match Arc::into_inner(collection) {
            // It has ended meanwhile.
            Some(collection) => {
                settle_at_end(&collection);
                false
            }
            None => true,
        }
    }

    /// Lets go of the files, for others to take their place. Who reads waits until that is [over](Suspension::end).
    pub(in crate::toc) fn suspend(&self) -> Suspension<'_> {
        let no_optimization = self.optimizing.lock();
        let alone = self.opening.clone().blocking_lock_owned();
        let mut state = self.state.write();
        *state = State::Closed;
        Suspension { entry: self, state, _alone: alone, _no_optimization: no_optimization }
    }
}

/// While it lasts, nobody gets at a collection, and its files are closed.
pub(in crate::toc) struct Suspension<'a> {
    entry: &'a Entry,
    state: RwLockWriteGuard<'a, State>,
    _alone: OwnedMutexGuard<()>,
    _no_optimization: MutexGuard<'a, ()>,
}

impl Suspension<'_> {
    /// Goes on with what was opened.
    pub(in crate::toc) fn end(mut self, opened: Result<Collection>) {
        self.entry.set_opened(&mut self.state, opened);
    }
}

/// Closes the files of a collection once nothing has used them for so long and nothing is left to do.
async fn rest_when_idle(entry: Weak<Entry>) {
    let times = |entry: Arc<Entry>| (entry.last_use(), *entry.idle_timeout.lock());
    loop {
        let Some((last_use, timeout)) = entry.upgrade().map(times) else { return };
        sleep_until((last_use + timeout).into()).await;
        let Some(entry) = entry.upgrade() else { return };
        if entry.last_use() > last_use {
            continue;
        }
        if entry.is_busy() || !entry.rest(last_use).await {
            drop(entry);
            sleep(timeout).await;
            continue;
        }
        entry.idleness_watched.store(false, Ordering::Release);
        if !entry.is_open() || entry.idleness_watched.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}

/// Has collections do what the end of the last process has left undone, one after the other.
pub(in crate::toc) async fn resume(entries: Vec<Weak<Entry>>) {
    for entry in entries {
        let Some(entry) = entry.upgrade() else { continue };
        entry.ready().await;
        let last_use = entry.last_use();
        while entry.is_busy() {
            sleep(UNTIL_NEXT_LOOK).await;
        }
        // Whether or not somebody uses it by now.
        entry.rest(last_use).await;
    }
}
