//! Starting engines, and finding the one that already runs for a folder.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;
use tokio::sync::{MutexGuard, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::client::QdrantClient;
use super::dispatcher::{self, Launch};
use super::message::{Call, Message};
use super::read_lane::ReadLane;
use super::runtimes::RuntimesOwner;
use crate::config::{Config, Location};
use crate::error::{Error, Fault, Result};
use crate::inference::Models;
use crate::toc::{Closing, is_removed};

/// Calls in flight at once, over all clients of an engine. Bounds what waits in memory: a caller
/// beyond it waits for its turn, in order.
const MAX_IN_FLIGHT: u32 = 1024;

/// Closed, with nothing left to say.
const CLOSED: Closing = Closing::Closed { outcome: Ok(()), is_optimizing: false };

/// Starts embedded Qdrant engines.
pub struct QdrantInstance;

impl QdrantInstance {
    /// Opens the storage and returns a client of it. When this process has the folder open already,
    /// the client shares that engine, and of `config` only the location and the inference count.
    ///
    /// # Errors
    /// [`Error::StorageLocked`] when another process holds the folder, [`Error::StorageUnavailable`] when
    /// the system refuses access to it, [`Error::Storage`] when it cannot be opened.
    pub fn start(config: Config) -> Result<Arc<QdrantClient>> {
        let client = Self::launch(config)?;
        client.wait_until_open()?;
        Ok(client)
    }

    /// As [`start`](Self::start), without waiting: calls are queued until the storage is open, and
    /// fail with the reason if it cannot be opened.
    ///
    /// # Errors
    /// When the folder cannot be created or the thread cannot be started.
    pub fn launch(config: Config) -> Result<Arc<QdrantClient>> {
        let models = Models::new(config.inference.clone());
        let engine = match &config.location {
            Location::Memory => Engine::spawn(config, None, None)?,
            Location::Path(path) => {
                let refused = |error: io::Error| Error::storage(path, Fault::Refusal(error.to_string()));
                if path.is_file() {
                    return Err(refused(io::Error::from(io::ErrorKind::NotADirectory)));
                }
                fs::create_dir_all(path).map_err(refused)?;
                let root = path.canonicalize().map_err(refused)?;
                Engine::join_or_spawn(root, config)?
            }
        };
        Ok(Arc::new(QdrantClient::new(engine, models)))
    }
}

/// The engines of this process by their canonical folder.
static REGISTRY: Mutex<Option<HashMap<PathBuf, Registered>>> = Mutex::new(None);

struct Registered {
    engine: Weak<Engine>,
    phase: Arc<PhaseLatch>,
}

/// A running engine, shared by its clients.
#[derive(Debug)]
pub(super) struct Engine {
    /// `None` only while dropping.
    messages: Option<mpsc::Sender<Message>>,
    permits: Arc<Semaphore>,
    /// Held from the wait for a permit until the call is sent, so that none overtakes another.
    entrance: tokio::sync::Mutex<()>,
    opened: Arc<OnceLock<Result<()>>>,
    reads: Arc<ReadLane>,
    phase: Arc<PhaseLatch>,
    /// Where the time that calls may take is measured.
    timers: Handle,
    /// Clients that have not left. Changed only under the registry's lock.
    clients: Mutex<usize>,
    thread: Option<JoinHandle<()>>,
    /// Whether the thread still waits for an optimization, after all clients have left.
    lingers: Arc<AtomicBool>,
}

impl Engine {
    fn join_or_spawn(root: PathBuf, config: Config) -> Result<Arc<Self>> {
        let mut registry = REGISTRY.lock();
        let engines = registry.get_or_insert_default();
        let mut previous = None;
        if let Some(registered) = engines.get(&root) {
            if registered.phase.is_open()
                && let Some(engine) = registered.engine.upgrade()
            {
                let mut clients = engine.clients.lock();
                if *clients > 0 && engine.has_lost(&root) {
                    let reason = "the folder was removed while a client of this process had it open: close that \
                                  client first";
                    return Err(Error::storage(&root, Fault::Refusal(reason.to_owned())));
                }
                *clients += 1;
                drop(clients);
                return Ok(engine);
            }
            previous = Some(registered.phase.clone());
        }
        let engine = Self::spawn(config, Some(root.clone()), previous)?;
        let registered = Registered { engine: Arc::downgrade(&engine), phase: engine.phase.clone() };
        engines.insert(root, registered);
        Ok(engine)
    }

    fn spawn(config: Config, root: Option<PathBuf>, previous: Option<Arc<PhaseLatch>>) -> Result<Arc<Self>> {
        // A call holds a permit until its work is done, so the channel never fills up.
        let (messages, inbox) = mpsc::channel(MAX_IN_FLIGHT as usize);
        let permits = Arc::new(Semaphore::new(MAX_IN_FLIGHT as usize));
        let opened = Arc::new(OnceLock::new());
        let phase = Arc::new(PhaseLatch::default());
        let runtimes = RuntimesOwner::start(&config)?;
        let timers = runtimes.handles().background;
        let reads = Arc::new(ReadLane::default());
        let lingers = Arc::new(AtomicBool::new(false));
        let launch = Launch {
            config,
            runtimes,
            root: root.clone(),
            inbox,
            opened: opened.clone(),
            reads: reads.clone(),
            lingers: lingers.clone(),
        };
        let thread = {
            let (opened, phase, permits) = (opened.clone(), phase.clone(), permits.clone());
            thread::Builder::new()
                .name("qdrant-engine".to_owned())
                .spawn(move || {
                    let _end = EndOfThread { opened: &opened, phase: &phase, root };
                    match previous.map_or(Ok(()), |previous| previous.wait_for_end()) {
                        Ok(()) => dispatcher::run(launch, &permits, MAX_IN_FLIGHT),
                        Err(error) => drop(opened.set(Err(error))),
                    }
                })
                .map_err(|error| Error::Service(format!("cannot start the engine thread: {error}")))?
        };
        Ok(Arc::new(Self {
            messages: Some(messages),
            permits,
            entrance: tokio::sync::Mutex::default(),
            opened,
            reads,
            phase,
            timers,
            clients: Mutex::new(1),
            thread: Some(thread),
            lingers,
        }))
    }

    /// Whether the folder `root`, once opened, was removed, be it that there is another one by now.
    fn has_lost(&self, root: &Path) -> bool {
        matches!(self.opened.get(), Some(Ok(()))) && is_removed(root)
    }

    /// Waits until the storage is open, or gives the reason why it is not.
    pub(super) fn opened(&self) -> Result<()> {
        self.opened.wait().clone()
    }

    /// Takes so many places in line. The entrance is to be held until the first call has been sent.
    pub(super) async fn admit(&self, places: u32) -> Result<(OwnedSemaphorePermit, MutexGuard<'_, ()>)> {
        let places = async {
            let entrance = self.entrance.lock().await;
            let permits = self.permits.clone().acquire_many_owned(places).await;
            permits.map(|permits| (permits, entrance))
        };
        // A task that polls many calls would else be told to come again, and find others in its place.
        tokio::task::unconstrained(places).await.map_err(|_| self.gone())
    }

    pub(super) fn send(&self, call: Call) -> Result<()> {
        if call.is_change() {
            self.reads.change_called();
        }
        match self.reads.start(call) {
            Some(call) => self.post(Message::Call(call)),
            None => Ok(()),
        }
    }

    fn post(&self, message: Message) -> Result<()> {
        let messages = self.messages.as_ref().ok_or(Error::Closed)?;
        messages.try_send(message).map_err(|_| self.gone())
    }

    /// Waits for `answer`, but no longer than `limit`; `None` when it did not come.
    pub(super) async fn within<T>(&self, limit: Duration, answer: impl Future<Output = T>) -> Option<T> {
        let limited = {
            let _timers = self.timers.enter();
            tokio::time::timeout(limit, answer)
        };
        limited.await.ok()
    }

    /// Why the engine does not answer.
    pub(super) fn gone(&self) -> Error {
        match self.opened.get() {
            Some(Err(error)) => error.clone(),
            Some(Ok(())) | None => Error::Closed,
        }
    }

    /// A client goes, after every call made so far. The last one stops the engine.
    ///
    /// Until then an optimization is waited for, or for as long as `patience` lasts. Where it goes on after
    /// that, it keeps the folder, and nobody waits for the thread any more.
    pub(super) async fn leave(&self, patience: Option<Duration>) -> Closing {
        let Ok((everything, _entrance)) = self.admit(MAX_IN_FLIGHT).await else {
            return CLOSED; // never opened, or stopped already
        };
        {
            // Under the registry's lock nobody can join between the count and the phase.
            let _registry = REGISTRY.lock();
            let mut clients = self.clients.lock();
            if *clients > 1 {
                *clients -= 1;
                return CLOSED;
            }
            self.phase.set(Phase::Closing);
        }
        let (reply, answer) = oneshot::channel();
        let closing = match self.post(Message::Close { patience, reply }) {
            Ok(()) => self.closing(patience, answer).await,
            Err(_) => CLOSED,
        };
        if let Closing::StillOpen(_) = closing {
            self.phase.set(Phase::Open);
            drop(everything);
        } else {
            self.permits.close();
        }
        closing
    }

    /// The answer of the engine thread. It may still wait for an optimization of its predecessor: then there is
    /// nothing to flush, and it opens and closes the folder without anybody waiting for it.
    async fn closing(&self, patience: Option<Duration>, answer: oneshot::Receiver<Closing>) -> Closing {
        let answer = async { answer.await.unwrap_or(CLOSED) };
        match patience {
            Some(patience) if self.opened.get().is_none() => {
                self.within(patience, answer).await.unwrap_or_else(|| {
                    self.lingers.store(true, Ordering::Release);
                    CLOSED
                })
            }
            _ => answer.await,
        }
    }

    /// A client goes without waiting for its calls.
    pub(super) fn abandon(&self) {
        let _registry = REGISTRY.lock();
        *self.clients.lock() -= 1;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Without senders the thread finishes what is queued, flushes and ends.
        self.messages.take();
        if let Some(thread) = self.thread.take()
            && !self.lingers.load(Ordering::Acquire)
            // Dropped by the thread itself, it is about to end.
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the engine thread panicked");
        }
    }
}

/// Says at the end of the engine thread, however it comes, that the folder is free again.
struct EndOfThread<'a> {
    opened: &'a OnceLock<Result<()>>,
    phase: &'a Arc<PhaseLatch>,
    root: Option<PathBuf>,
}

impl Drop for EndOfThread<'_> {
    fn drop(&mut self) {
        let _ = self.opened.set(Err(Error::Service("the engine thread ended unexpectedly".to_owned())));
        if let Some(root) = &self.root
            && let Some(engines) = REGISTRY.lock().as_mut()
            && engines.get(root).is_some_and(|registered| Arc::ptr_eq(&registered.phase, self.phase))
        {
            engines.remove(root);
        }
        self.phase.set(Phase::Ended);
    }
}

/// Whether an engine's folder can be shared, is about to become free, or is free.
#[derive(Debug, Default)]
struct PhaseLatch {
    phase: Mutex<Phase>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    Closing,
    Ended,
}

impl PhaseLatch {
    fn set(&self, phase: Phase) {
        *self.phase.lock() = phase;
        self.changed.notify_all();
    }

    fn is_open(&self) -> bool {
        *self.phase.lock() == Phase::Open
    }

    /// Waits for the predecessor on the same folder to let go of it.
    fn wait_for_end(&self) -> Result<()> {
        let mut phase = self.phase.lock();
        let was_closing = *phase == Phase::Closing;
        while *phase != Phase::Ended {
            if was_closing && *phase == Phase::Open {
                return Err(Error::Service("the storage folder is still open: closing it failed".to_owned()));
            }
            self.changed.wait(&mut phase);
        }
        Ok(())
    }
}
