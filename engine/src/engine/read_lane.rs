//! How reads get to their threads.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use super::message::{Call, Job};
use super::runtimes::Runtimes;
use crate::toc::TableOfContent;

/// The way of reads past the engine thread, which is open while nobody changes the table of content: to wake
/// one more thread takes as long as part of a search.
#[derive(Default)]
pub(super) struct ReadLane {
    open: OnceLock<(Weak<TableOfContent>, Runtimes)>,
    /// Changes that were called and are not made yet.
    changes: AtomicUsize,
}

impl fmt::Debug for ReadLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadLane").field("changes", &self.changes).finish_non_exhaustive()
    }
}

impl ReadLane {
    pub(super) fn open(&self, toc: &Arc<TableOfContent>, runtimes: Runtimes) {
        // Opened once, by the engine thread.
        let _ = self.open.set((Arc::downgrade(toc), runtimes));
    }

    /// Notes that reads have to wait for their turn, behind a change that was called before.
    pub(super) fn change_called(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn change_made(&self) {
        self.changes.fetch_sub(1, Ordering::AcqRel);
    }

    /// Starts a read, or gives the call back, which then is the engine thread's.
    pub(super) fn start(&self, call: Call) -> Option<Call> {
        if self.changes.load(Ordering::Acquire) > 0 {
            return Some(call);
        }
        let open = self.open.get().and_then(|(toc, runtimes)| Some((toc.upgrade()?, runtimes)));
        match (call, open) {
            (Call::Read { collection, job }, Some((toc, runtimes))) => read(toc, runtimes, &collection, job),
            (Call::Inspect { job, .. }, Some((toc, runtimes))) => inspect(toc, runtimes, job),
            (call, _) => return Some(call),
        }
        None
    }
}

/// Has a collection read, once its files are open.
pub(super) fn read(
    toc: Arc<TableOfContent>,
    runtimes: &Runtimes,
    collection: &str,
    job: Job<TableOfContent>,
) {
    match toc.entry(collection) {
        Ok(entry) if !entry.is_ready() => {
            let queue = runtimes.search.clone();
            runtimes.background.spawn(async move {
                entry.ready().await;
                queue.push(move || job(Ok(&toc))(Ok(())));
            });
        }
        // If there is none, the job says so.
        Ok(_) | Err(_) => runtimes.search.push(move || job(Ok(&toc))(Ok(()))),
    }
}

/// Has the table of content read.
pub(super) fn inspect(toc: Arc<TableOfContent>, runtimes: &Runtimes, job: Job<TableOfContent>) {
    runtimes.search.push(move || job(Ok(&toc))(Ok(())));
}
