//! A collection's place in the table of content.
//!
//! `queue` puts writes in order, `life_cycle` opens the files when they are needed and lets go of them,
//! `optimizer` has the collection optimized in the background.

mod life_cycle;
mod optimizer;
mod queue;

use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use qdrant_edge::ResourceBudget;
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use crate::collection::{Collection, Session};
use crate::config::Durability;
use crate::engine::Runtimes;
use crate::error::{Error, Result};
use crate::model::CollectionConfig;
use crate::operation::Reconfigure;
use crate::preset::Preset;
use queue::{Turn, apply_in_order};

pub(super) use life_cycle::resume;
pub(super) use optimizer::OptimizerPause;

/// What the collections of a store share.
#[derive(Clone)]
pub(super) struct Shared {
    pub runtimes: Runtimes,
    /// For the optimizers.
    pub budget: ResourceBudget,
    pub durability: Durability,
    pub preset: Preset,
    /// Time without a call after which the files of a collection are closed that opens quickly.
    pub idle_timeout: Duration,
}

/// A named collection of the store.
pub(crate) struct Entry {
    this: Weak<Entry>,
    name: String,
    folder: PathBuf,
    state: RwLock<State>,
    /// Held by who opens the files, or closes them.
    opening: Arc<tokio::sync::Mutex<()>>,
    last_use: Mutex<Instant>,
    /// Time without a call after which the files are closed.
    idle_timeout: Mutex<Duration>,
    idleness_watched: AtomicBool,
    writes: mpsc::UnboundedSender<Turn>,
    queued_writes: Arc<AtomicUsize>,
    flush_scheduled: AtomicBool,
    optimizer_scheduled: AtomicBool,
    /// How many want the optimizer not to run.
    optimizer_pauses: AtomicUsize,
    /// Held while the optimizer runs. Who needs the collection alone takes it first, and so does not
    /// keep readers waiting for the optimizer.
    optimizing: Mutex<()>,
    shared: Shared,
}

enum State {
    /// The files are closed until somebody needs them.
    Resting(Box<Session>),
    /// Shared only with the optimizer, while it runs.
    Open(Arc<Collection>),
    /// It could not be opened, and why.
    Damaged(Error),
    /// It is going, and not to be opened again.
    Closed,
}

impl Entry {
    /// A collection in `folder`, whose files are opened when they are needed.
    pub(super) fn at_rest(name: String, folder: PathBuf, shared: &Shared) -> Arc<Self> {
        let (writes, queue) = mpsc::unbounded_channel();
        let entry = Arc::new_cyclic(|this| Self {
            this: this.clone(),
            name,
            folder,
            state: RwLock::new(State::Resting(Box::default())),
            opening: Arc::default(),
            last_use: Mutex::new(Instant::now()),
            idle_timeout: Mutex::new(shared.idle_timeout),
            idleness_watched: AtomicBool::new(false),
            writes,
            queued_writes: Arc::default(),
            flush_scheduled: AtomicBool::new(false),
            optimizer_scheduled: AtomicBool::new(false),
            optimizer_pauses: AtomicUsize::new(0),
            optimizing: Mutex::new(()),
            shared: shared.clone(),
        });
        shared.runtimes.update.spawn(apply_in_order(Arc::downgrade(&entry), queue));
        entry
    }

    /// Takes in an opened collection, or the reason why it could not be opened.
    pub(super) fn new(
        name: String,
        folder: PathBuf,
        opened: Result<Collection>,
        shared: &Shared,
    ) -> Arc<Self> {
        let entry = Self::at_rest(name, folder, shared);
        entry.set_opened(&mut entry.state.write(), opened);
        entry
    }

    /// The collection's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs a read on the calling thread.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Collection) -> Result<T>) -> Result<T> {
        self.touch();
        read(&*self.opened()?)
    }

    /// Why the collection cannot be opened.
    pub(super) fn damage(&self) -> Option<Error> {
        match self.opened() {
            // Nor is it damaged if it is gone.
            Ok(_) | Err(Error::NotFound(_)) => None,
            Err(error) => Some(error),
        }
    }

    /// Runs `look` on the collection, if it is open.
    fn with_open<T>(&self, look: impl FnOnce(&Collection) -> T) -> Option<T> {
        self.state.read().collection().map(look)
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
        let Some(collection) = state.take() else { return Err(state.refusal(&self.name)) };
        match collection.reopened(config) {
            Ok((collection, outcome)) => {
                *state = State::Open(Arc::new(collection));
                outcome
            }
            Err(error) => {
                *state = State::Damaged(error.clone());
                Err(error)
            }
        }
    }

    /// Flushes what is open, before it is closed. Only while no write is queued.
    pub(super) fn flush(&self) -> Result<()> {
        self.with_open(Collection::flush_at_end).unwrap_or(Ok(()))
    }
}

impl State {
    fn collection(&self) -> Option<&Collection> {
        match self {
            State::Open(collection) => Some(collection),
            State::Resting(_) | State::Damaged(_) | State::Closed => None,
        }
    }

    /// Takes the collection out, which is closed then; for who keeps the optimizer from running.
    fn take(&mut self) -> Option<Collection> {
        let State::Open(collection) = self else { return None };
        // Never shared then, but nobody is to lose it if it were.
        Arc::get_mut(collection)?;
        match mem::replace(self, State::Closed) {
            State::Open(collection) => Arc::into_inner(collection),
            State::Resting(_) | State::Damaged(_) | State::Closed => None,
        }
    }

    /// What a call is told that cannot be answered in this state.
    fn refusal(&self, name: &str) -> Error {
        match self {
            State::Damaged(error) => error.clone(),
            State::Closed => Error::collection_not_found(name),
            State::Resting(_) | State::Open(_) => Error::Service("the collection is not ready".to_owned()),
        }
    }
}
