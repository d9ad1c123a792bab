//! The thread pools of one engine: reads, writes and background work do not starve each other.

use tokio::runtime::{Builder, Handle, Runtime};

use super::search_pool::{SearchPool, SearchQueue};
use crate::config::Config;
use crate::error::{Error, Result};

/// Handles of the runtimes, for whoever starts work on them.
#[derive(Clone)]
pub(crate) struct Runtimes {
    /// Reads; each runs to its end on one thread.
    pub search: SearchQueue,
    /// Writes; each collection's queue is one task.
    pub update: Handle,
    /// Timers of flushes and optimizations, and the optimizations themselves.
    pub background: Handle,
}

/// Keeps the runtimes running.
pub(super) struct RuntimesOwner {
    search: SearchPool,
    update: Runtime,
    background: Runtime,
}

impl RuntimesOwner {
    pub(super) fn start(config: &Config) -> Result<Self> {
        Ok(Self {
            search: SearchPool::start(config.search_threads)?,
            update: runtime("qdrant-update", config.update_threads)?,
            background: runtime("qdrant-background", 1)?,
        })
    }

    pub(super) fn handles(&self) -> Runtimes {
        Runtimes {
            search: self.search.queue(),
            update: self.update.handle().clone(),
            background: self.background.handle().clone(),
        }
    }
}

fn runtime(name: &str, threads: usize) -> Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads.max(1))
        .thread_name(name)
        .enable_time()
        .build()
        .map_err(|error| Error::Service(format!("cannot start the threads of {name}: {error}")))
}
