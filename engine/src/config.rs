//! Where and how an instance keeps its data.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::inference::InferenceService;
use crate::preset::{Preset, cores};

/// Settings of one [`QdrantInstance`](crate::QdrantInstance).
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data lives.
    pub location: Location,
    /// Where the other defaults come from, also those of collections. Default: [`Preset::Desktop`].
    pub preset: Preset,
    /// Threads that answer reads. Default: one per CPU core.
    pub search_threads: usize,
    /// Threads that apply writes; writes to one collection never run in parallel. Default: half the
    /// cores, at least one; all for a server.
    pub update_threads: usize,
    /// CPU cores that background indexing may use over all collections. Default: all cores but one,
    /// at least one; for a server all of two.
    pub optimizer_cpus: usize,
    /// What has reached the disk when a write is acknowledged. Default: [`Durability::Process`].
    pub durability: Durability,
    /// The models, besides `qdrant/bm25`, that requests of this client may name. Default: none.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// Time without a call after which a collection's files are closed, until the next call opens them
    /// again. A closed collection costs next to nothing. One that takes more than 60 milliseconds to open
    /// stays open longer, in proportion. Default: 60 seconds; for a server never.
    pub idle_timeout: Duration,
}

/// What an acknowledged write survives. A hard point for everything written so far is
/// [`QdrantClient::flush`](crate::QdrantClient::flush).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process, however it comes. A power cut or a crash of the operating system may
    /// cost what was written since the last flush: each collection is flushed in the background, by
    /// default five seconds after a write.
    #[default]
    Process,
    /// A power cut, too: each write is acknowledged only when the write-ahead log has reached the disk.
    /// Writes that wait together share one such step.
    Sync,
}

/// Where an instance keeps its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder, created when it is missing. One process at a time may hold it.
    Path(PathBuf),
    /// A private temporary folder, removed when the instance closes.
    Memory,
}

impl Config {
    /// Default settings for the folder `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::new(Location::Path(path.into()), Preset::default())
    }

    /// Default settings for a temporary store, removed on close.
    pub fn in_memory() -> Self {
        Self::new(Location::Memory, Preset::default())
    }

    /// The default settings of a preset.
    pub fn new(location: Location, preset: Preset) -> Self {
        Self {
            location,
            preset,
            search_threads: cores(),
            update_threads: preset.update_threads(),
            optimizer_cpus: preset.optimizer_cpus(),
            durability: Durability::default(),
            inference: None,
            idle_timeout: preset.idle_timeout(),
        }
    }
}
