//! One open collection: a shard of the engine with its configuration.
//!
//! Each operation has its own file, which holds its execution; the request types are in
//! [`model`](crate::model).

mod clear_payload;
mod count_points;
mod create_payload_index;
mod delete_payload;
mod delete_payload_index;
mod delete_points;
mod disk_space;
mod durability;
mod facet;
mod flush;
mod get_collection;
mod maintenance;
mod overwrite_payload;
mod payload_change;
mod query_batch;
mod query_groups;
mod query_limits;
mod query_points;
mod referenced_vectors;
mod retrieve_points;
mod scoring_query;
mod scroll_points;
mod search_batch;
mod search_matrix;
mod search_points;
mod set_payload;
mod strict_mode;
mod upsert_points;
mod vector_schema;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use parking_lot::{Mutex, RwLock};
use qdrant_edge::{EdgeShard, UpdateOperation};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::CollectionConfig;
use maintenance::OptimizerState;
use strict_mode::Rates;

pub(crate) use disk_space::check_creation;
pub(crate) use flush::Flush;
pub use get_collection::GetCollection;
pub(crate) use strict_mode::StrictMode;

/// The folder of a collection's only shard, named as on a server.
const SHARD_FOLDER: &str = "0";

/// The folder of a shard's write-ahead log.
const WAL_FOLDER: &str = "wal";

/// Where the optimizer of a shard builds segments.
const UNFINISHED_SEGMENTS_FOLDER: &str = "temp_segments";

/// An open collection.
pub struct Collection {
    shard: EdgeShard,
    config: RwLock<CollectionConfig>,
    /// Number of the next operation, as the write-ahead log counts them.
    next_operation: AtomicU64,
    /// Whether something was written since the last flush.
    dirty: AtomicBool,
    /// Whether the write-ahead log holds what may not have reached the disk.
    unsynced: AtomicBool,
    /// Whether it was never flushed since it was opened: a crash may have left it writes that only the
    /// operating system's cache holds.
    never_flushed: AtomicBool,
    optimizer: Mutex<OptimizerState>,
    /// Writes that wait for their turn, counted by the queue.
    queued_writes: Arc<AtomicUsize>,
    rates: Rates,
}

impl Collection {
    /// Creates the files of a new collection in `folder`.
    pub(crate) fn create(folder: &Path, config: CollectionConfig) -> Result<Self> {
        let shard = EdgeShard::new(&folder.join(SHARD_FOLDER), config.edge_config())?;
        Self::with_shard(shard, config)
    }

    /// Opens the collection in `folder`, applying what its write-ahead log holds.
    pub(crate) fn open(folder: &Path, config: CollectionConfig) -> Result<Self> {
        let shard_folder = folder.join(SHARD_FOLDER);
        disk_space::check_opening(folder, &shard_folder.join(WAL_FOLDER))?;
        remove_unfinished_segments(&shard_folder)?;
        let shard = EdgeShard::load(&shard_folder, Some(config.edge_config()))
            .map_err(|error| Error::storage(&shard_folder, Error::from(error)))?;
        Self::with_shard(shard, config)
    }

    fn with_shard(shard: EdgeShard, config: CollectionConfig) -> Result<Self> {
        let next_operation = AtomicU64::new(next_operation(&shard)?);
        Ok(Self {
            shard,
            config: RwLock::new(config),
            next_operation,
            dirty: AtomicBool::new(false),
            unsynced: AtomicBool::new(false),
            never_flushed: AtomicBool::new(true),
            optimizer: Mutex::default(),
            queued_writes: Arc::default(),
            rates: Rates::default(),
        })
    }

    /// Number of writes that wait for their turn, for the queue to keep.
    pub(crate) fn queued_writes(&self) -> &Arc<AtomicUsize> {
        &self.queued_writes
    }

    /// Number of operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.next_operation.load(Ordering::Acquire)
    }

    /// The engine's shard, for reads.
    pub(crate) fn shard(&self) -> &EdgeShard {
        &self.shard
    }

    /// Applies an engine operation, write-ahead log first, and returns its number. Whatever can be
    /// wrong with it must have been found before: the engine does not roll back.
    pub(crate) fn update(&self, operation: UpdateOperation) -> Result<u64> {
        let wal = self.config.read().wal_config;
        disk_space::check_write(self.shard.path(), wal, &operation)?;
        self.dirty.store(true, Ordering::Release);
        self.unsynced.store(true, Ordering::Release);
        let number = self.next_operation.fetch_add(1, Ordering::AcqRel);
        self.shard.update(operation)?;
        Ok(number)
    }
}

/// Removes what an optimization leaves that was not finished. The engine never does.
fn remove_unfinished_segments(shard_folder: &Path) -> Result<()> {
    let unfinished = shard_folder.join(UNFINISHED_SEGMENTS_FOLDER);
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::storage(&unfinished, error)),
        _ => Ok(()),
    }
}

/// The operation number that the log will give next. The log does not tell, but each segment knows
/// the last operation that changed it.
fn next_operation(shard: &EdgeShard) -> Result<u64> {
    let manifest = serde_json::to_value(shard.snapshot_manifest()?)
        .map_err(|error| Error::Service(format!("cannot read the segment versions: {error}")))?;
    let versions = manifest.as_object().into_iter().flat_map(|segments| segments.values());
    let last = versions.filter_map(|segment| segment.get("segment_version").and_then(Value::as_u64)).max();
    let untouched = last.unwrap_or(0) == 0 && shard.info()?.points_count == 0;
    Ok(if untouched { 0 } else { last.map_or(0, |last| last + 1) })
}
