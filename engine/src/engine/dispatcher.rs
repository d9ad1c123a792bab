//! The engine thread: opens the storage, hands each call to the runtime that fits, and closes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::message::{Call, Message, refuse_write};
use super::read_lane::{self, ReadLane};
use super::runtimes::{Runtimes, RuntimesOwner};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::operation::Touches;
use crate::toc::{Closing, TableOfContent};

pub(super) struct Launch {
    pub config: Config,
    pub runtimes: RuntimesOwner,
    /// The canonical storage folder; `None` for a temporary store.
    pub root: Option<PathBuf>,
    pub inbox: mpsc::Receiver<Message>,
    pub opened: Arc<OnceLock<Result<()>>>,
    pub reads: Arc<ReadLane>,
    /// Set when the clients are told that all is closed while an optimization goes on.
    pub lingers: Arc<AtomicBool>,
}

/// Runs the engine until it is closed or has no clients left.
pub(super) fn run(launch: Launch, permits: &Semaphore, all_permits: u32) {
    let Launch { config, runtimes, root, inbox, opened, reads, lingers } = launch;
    let (dispatch, toc) = match open(&config, root, &runtimes) {
        Ok(parts) => parts,
        Err(error) => {
            let _ = opened.set(Err(error));
            permits.close();
            return;
        }
    };
    let _ = opened.set(Ok(()));
    reads.open(&toc, runtimes.handles());
    let dispatcher =
        Dispatcher { toc: toc.clone(), runtimes: runtimes.handles(), reads, backlog: VecDeque::new() };
    let closed = dispatch.block_on(dispatcher.run(inbox));
    if closed.is_none() {
        // All clients were dropped. What they called is finished first: each call holds a permit.
        let _ = dispatch.block_on(permits.acquire_many(all_permits));
        if let Closing::StillOpen(error) | Closing::Closed { outcome: Err(error), .. } = toc.close(None) {
            tracing::error!(%error, "could not flush while stopping");
        }
    }
    let mut closed = closed;
    if let Some((reply, closing)) =
        closed.take_if(|(_, closing)| matches!(closing, Closing::Closed { is_optimizing: true, .. }))
    {
        lingers.store(true, Ordering::Release);
        let _ = reply.send(closing);
    }
    // Background timers still refer to collections; they end with their runtime, as optimizations do.
    drop(runtimes);
    drop(toc);
    if let Some((reply, closing)) = closed {
        let _ = reply.send(closing);
    }
}

fn open(
    config: &Config,
    root: Option<PathBuf>,
    runtimes: &RuntimesOwner,
) -> Result<(tokio::runtime::Runtime, Arc<TableOfContent>)> {
    let dispatch = Builder::new_current_thread()
        .build()
        .map_err(|error| Error::Service(format!("cannot start the engine's event loop: {error}")))?;
    let toc = TableOfContent::open(config, root, runtimes.handles())?;
    Ok((dispatch, Arc::new(toc)))
}

struct Dispatcher {
    toc: Arc<TableOfContent>,
    runtimes: Runtimes,
    reads: Arc<ReadLane>,
    /// Calls that wait for a change of the table of content.
    backlog: VecDeque<Call>,
}

/// A change of the table of content that is being made.
struct Change {
    touches: Touches,
    task: JoinHandle<()>,
}

impl Dispatcher {
    /// Ends with the reply that a close still owes, and what to say, or with `None` when no client is left.
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Message>,
    ) -> Option<(oneshot::Sender<Closing>, Closing)> {
        let mut change: Option<Change> = None;
        loop {
            let message = match &mut change {
                None => inbox.recv().await?,
                Some(running) => tokio::select! {
                    biased;
                    _ = &mut running.task => {
                        self.reads.change_made();
                        change = self.next_change();
                        continue;
                    }
                    message = inbox.recv() => match message {
                        Some(message) => message,
                        None => {
                            self.finish(change).await;
                            return None;
                        }
                    },
                },
            };
            match message {
                Message::Close { patience, reply } => match self.close(patience).await {
                    closed @ Closing::Closed { .. } => {
                        inbox.close();
                        return Some((reply, closed));
                    }
                    open @ Closing::StillOpen(_) => drop(reply.send(open)),
                },
                Message::Call(call) if self.must_wait(change.as_ref(), &call) => self.backlog.push_back(call),
                Message::Call(call) => change = self.dispatch(call).or(change),
            }
        }
    }

    /// Closes the collections, where that may block.
    async fn close(&self, patience: Option<Duration>) -> Closing {
        let toc = self.toc.clone();
        let closing = self.runtimes.background.spawn_blocking(move || toc.close(patience));
        let failed = |error| Closing::StillOpen(Error::Service(format!("closing failed: {error}")));
        closing.await.unwrap_or_else(failed)
    }

    /// Whether a call has to wait for a change that runs or waits itself.
    fn must_wait(&self, running: Option<&Change>, call: &Call) -> bool {
        let Some(running) = running else { return false };
        if call.is_change() {
            return true;
        }
        let touches = call.touches();
        let mut waiting = self.backlog.iter().filter(|waiting| waiting.is_change());
        running.touches.overlaps(&touches) || waiting.any(|waiting| waiting.touches().overlaps(&touches))
    }

    /// Lets go what waited, up to and including the next change.
    fn next_change(&mut self) -> Option<Change> {
        while let Some(call) = self.backlog.pop_front() {
            if let Some(change) = self.dispatch(call) {
                return Some(change);
            }
        }
        None
    }

    async fn finish(&mut self, mut change: Option<Change>) {
        while let Some(running) = change {
            let _ = running.task.await;
            self.reads.change_made();
            change = self.next_change();
        }
    }

    /// Starts the work of a call; for a change of the table of content, says which.
    fn dispatch(&self, call: Call) -> Option<Change> {
        match call {
            Call::Read { collection, job } => {
                read_lane::read(self.toc.clone(), &self.runtimes, &collection, job);
                None
            }
            Call::Write { collection, job } => {
                match self.toc.entry(&collection) {
                    Ok(entry) => entry.enqueue_write(job),
                    Err(error) => refuse_write(job, error),
                }
                None
            }
            Call::WriteEntry { collection, job } => {
                match self.toc.entry(&collection) {
                    Ok(entry) => entry.enqueue_for_entry(job),
                    Err(error) => job(Err(error))(Ok(())),
                }
                None
            }
            Call::Inspect { job, .. } => {
                read_lane::inspect(self.toc.clone(), &self.runtimes, job);
                None
            }
            Call::Transfer { job, .. } => {
                let toc = self.toc.clone();
                self.runtimes.background.spawn_blocking(move || job(Ok(&toc))(Ok(())));
                None
            }
            Call::Manage { touches, job } => {
                let toc = self.toc.clone();
                let task = self.runtimes.update.spawn_blocking(move || job(Ok(&toc))(Ok(())));
                Some(Change { touches, task })
            }
        }
    }
}
