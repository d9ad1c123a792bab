//! One open collection: a shard of the engine with its configuration.
//!
//! Each operation has its own file, which holds its execution; the request types are in
//! [`model`](crate::model).

mod all_points;
mod assemble;
mod batch_update;
mod bounds;
mod clear_payload;
mod copy_aside;
mod count_points;
mod create_payload_index;
mod create_vector_name;
mod delete_payload;
mod delete_payload_index;
mod delete_points;
mod delete_vector_name;
mod delete_vectors;
mod discover;
mod discover_batch;
mod disk_space;
mod duplicates;
mod durability;
mod facet;
mod flush;
mod frozen_segments;
mod get_collection;
mod get_optimizations;
mod get_point;
mod journal;
mod log_end;
mod maintenance;
mod mmr_vector;
mod numbering;
mod optimizer_log;
mod overwrite_payload;
mod payload_change;
mod plan;
mod query_batch;
mod query_groups;
mod query_limits;
mod query_points;
mod read_ahead;
mod recommend;
mod recommend_batch;
mod recommend_point_groups;
mod referenced_vectors;
mod replay;
mod retrieve_points;
mod scoring_query;
mod scroll_points;
mod search_batch;
mod search_matrix;
mod search_point_groups;
mod search_points;
mod session;
mod set_payload;
mod settings;
mod shard_folder;
mod strict_mode;
mod torn_files;
mod unsettled;
mod update_vectors;
mod upsert_points;
mod vector_schema;

use std::collections::HashSet;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use parking_lot::{Mutex, RwLock};
use qdrant_edge::{EdgeShard, PointId, UpdateOperation};

use crate::config::Durability;
use crate::error::{Error, Result};
use crate::files::remove_leftovers;
use crate::inference::{Made, WithObjects};
use crate::model::CollectionConfig;
use crate::preset::Preset;
use maintenance::OptimizerState;
use optimizer_log::OptimizerLog;
use strict_mode::Rates;

pub(crate) use copy_aside::Copied;
pub(crate) use disk_space::check_creation;
pub(crate) use flush::Flush;
pub use get_collection::GetCollection;
pub(crate) use session::Session;
pub(crate) use settings::load as load_settings;
pub(crate) use strict_mode::StrictMode;

/// The folder of a collection's only shard, named as on a server.
const SHARD_FOLDER: &str = "0";

/// The folder of a shard's write-ahead log.
const WAL_FOLDER: &str = "wal";

/// An open collection.
pub struct Collection {
    folder: PathBuf,
    shard: EdgeShard,
    config: RwLock<CollectionConfig>,
    /// Number of the next operation, as the write-ahead log counts them.
    next_operation: AtomicU64,
    /// What that was when the collection was first opened.
    first_operation: u64,
    /// Whether something was written since the last flush.
    dirty: AtomicBool,
    /// Bytes of operations since the last flush.
    unflushed: AtomicU64,
    /// Bytes of the last operation of the log, if it is one of this session.
    last_operation: AtomicU64,
    /// Whether the write-ahead log holds what may not have reached the disk.
    unsynced: AtomicBool,
    /// Whether there may be segments of the optimizer that have not reached the disk.
    unsynced_segments: AtomicBool,
    /// Whether it was never flushed since it was opened: a crash may have left it writes that only the
    /// operating system's cache holds.
    never_flushed: AtomicBool,
    /// Whether it is marked as one that may have something left to do.
    unsettled: AtomicBool,
    /// Points of unflushed changes that repeating the log would cut short if one of them were gone.
    widely_changed: Mutex<HashSet<PointId>>,
    optimizer: Mutex<OptimizerState>,
    optimizer_log: Mutex<OptimizerLog>,
    /// Writes that wait for their turn, counted by the queue.
    queued_writes: Arc<AtomicUsize>,
    /// What the journal of a batch has to survive.
    durability: Durability,
    /// Where the shard's settings come from that the collection leaves open.
    preset: Preset,
    rates: Rates,
}

impl Collection {
    /// Creates the files of a new collection in `folder`.
    pub(crate) fn create(folder: &Path, config: CollectionConfig, preset: Preset) -> Result<Self> {
        let shard = EdgeShard::new(&folder.join(SHARD_FOLDER), config.edge_config(preset))?;
        settings::save(folder, &config)?;
        Self::with_shard(folder, shard, config, preset, &mut Session::default())
    }

    /// Refuses to open the collection in `folder` while there may be no room to apply its log again.
    pub(crate) fn check_opening(folder: &Path) -> Result<()> {
        disk_space::check_opening(folder, &folder.join(SHARD_FOLDER).join(WAL_FOLDER))
    }

    /// Opens the collection in `folder`, applying what its write-ahead log holds, and takes over what is
    /// in `session`. Damaged files may break more in the engine than it expects.
    pub(crate) fn open(folder: &Path, preset: Preset, session: &mut Session) -> Result<Self> {
        catch_unwind(AssertUnwindSafe(|| Self::open_files(folder, preset, session)))
            .unwrap_or_else(|_| Err(Error::storage(folder, "the engine cannot read the collection's files")))
    }

    fn open_files(folder: &Path, preset: Preset, session: &mut Session) -> Result<Self> {
        remove_leftovers(folder);
        let config = settings::load(folder)?;
        Self::check_opening(folder)?;
        let (shard_folder, edge) = (folder.join(SHARD_FOLDER), config.edge_config(preset));
        let mut shard = shard_folder::open(&shard_folder, &edge)?;
        // Where nothing was interrupted, there are none.
        if Self::is_unsettled(folder) {
            shard = duplicates::removed(shard, &shard_folder, &edge)?;
        }
        let collection = Self::with_shard(folder, shard, config, preset, session)?;
        collection.pass_over_used_numbers()?;
        collection.finish_batch()?;
        Ok(collection)
    }

    fn with_shard(
        folder: &Path,
        shard: EdgeShard,
        config: CollectionConfig,
        preset: Preset,
        session: &mut Session,
    ) -> Result<Self> {
        let counted = numbering::next_operation(&shard)?;
        let Session { operations, optimizer, optimizer_log, rates } = mem::take(session);
        let (first_operation, next_operation) = operations.unwrap_or((counted, counted));
        let collection = Self {
            folder: folder.to_owned(),
            shard,
            config: RwLock::new(config),
            next_operation: AtomicU64::new(next_operation),
            first_operation,
            dirty: AtomicBool::new(false),
            unflushed: AtomicU64::new(0),
            last_operation: AtomicU64::new(0),
            unsynced: AtomicBool::new(false),
            unsynced_segments: AtomicBool::new(false),
            never_flushed: AtomicBool::new(true),
            unsettled: AtomicBool::new(Self::is_unsettled(folder)),
            widely_changed: Mutex::default(),
            optimizer: Mutex::new(optimizer),
            optimizer_log: Mutex::new(optimizer_log),
            queued_writes: Arc::default(),
            durability: Durability::default(),
            preset,
            rates,
        };
        if operations.is_none() {
            collection.announce_optimization();
        }
        Ok(collection)
    }

    /// With the number of writes that wait for their turn, which the queue keeps.
    pub(crate) fn counting(mut self, queued_writes: &Arc<AtomicUsize>) -> Self {
        self.queued_writes = queued_writes.clone();
        self
    }

    /// With what its writes have to survive when they are acknowledged.
    pub(crate) fn surviving(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Number of operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.next_operation.load(Ordering::Acquire)
    }

    /// Whether something was written since it was first opened.
    pub(crate) fn has_changed(&self) -> bool {
        self.operations() > self.first_operation
    }

    /// The engine's shard, for reads.
    pub(crate) fn shard(&self) -> &EdgeShard {
        &self.shard
    }

    /// Puts the vectors that models made in their places in a request, if they fit the collection.
    pub(crate) fn put_made(&self, made: Made, request: &mut dyn WithObjects) -> Result<()> {
        let config = self.shard.config();
        made.put(request, |name, vector, model| {
            vector_schema::check_made_vector(&config, name, vector, model)
        })
    }

    /// Applies an engine operation, write-ahead log first, and returns its number. Whatever can be
    /// wrong with it must have been found before: the engine does not roll back.
    pub(crate) fn update(&self, operation: UpdateOperation) -> Result<u64> {
        let wal = self.config.read().wal_config;
        let operation = self.make_repeatable(operation)?;
        let size = disk_space::size_of(&operation);
        disk_space::check_write(self.shard.path(), wal, size)?;
        let changed = replay::required(&operation);
        self.announce_optimization();
        let number = self.log(operation)?;
        self.last_operation.store(size, Ordering::Release);
        self.remember_change(changed, size);
        Ok(number)
    }

    /// Has the engine log an operation and apply it. Returns its number.
    fn log(&self, operation: UpdateOperation) -> Result<u64> {
        self.mark_unsettled();
        if writes_segments(&operation) {
            self.sync_log()?;
        }
        self.dirty.store(true, Ordering::Release);
        self.unsynced.store(true, Ordering::Release);
        let number = self.next_operation.fetch_add(1, Ordering::AcqRel);
        self.shard.update(operation)?;
        Ok(number)
    }
}

/// Whether the engine writes segments to the disk while it applies the operation. What the log holds has to
/// be there before: a power cut between the two would leave points that were changed in part, and nothing to
/// repeat.
fn writes_segments(operation: &UpdateOperation) -> bool {
    match operation {
        UpdateOperation::FieldIndexOperation(_) | UpdateOperation::VectorNameOperation(_) => true,
        UpdateOperation::PointOperation(_)
        | UpdateOperation::VectorOperation(_)
        | UpdateOperation::PayloadOperation(_) => false,
    }
}
