//! Room on the disk, looked at before anything is written.
//!
//! The engine writes through memory maps of files that are reserved, but hold no blocks yet. Where the
//! disk has none left, such a write does not fail: the system ends the process. So there has to be
//! room before.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use qdrant_edge::UpdateOperation;
use serde::Serialize;

use super::Collection;
use crate::error::{Error, Result};
use crate::model::WalConfig;

const MB: u64 = 1024 * 1024;

/// With more than this left, no operation can come near the end, and its size is not counted.
const PLENTY: u64 = 1024 * MB;

/// An operation takes its place in the log, in the segment and in the indexes.
const COPIES_OF_AN_OPERATION: u64 = 4;

/// What opening a collection, or an optimization, needs besides the size of its data.
const MARGIN: u64 = 16 * MB;

/// What the optimizations that run now, of all collections, may need.
static RESERVED: AtomicU64 = AtomicU64::new(0);

/// Refuses to create a collection in `folder` when writes to it would be refused.
pub(crate) fn check_creation(folder: &Path, wal: WalConfig) -> Result<()> {
    check_room(folder, write_buffer(wal))
}

/// Refuses to open the collection in `folder` when there may be no room to apply its log again.
pub(super) fn check_opening(folder: &Path, log: &Path) -> Result<()> {
    let needed = (of_folder(log) as u64).saturating_mul(COPIES_OF_AN_OPERATION).saturating_add(MARGIN);
    match available(folder) {
        Some(available) if available < needed => Err(Error::storage(
            folder,
            format!(
                "No space left on device: opening needs {} MB, {} MB are free",
                needed / MB,
                available / MB
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses an operation when its room, or that of a running optimization, may be missing.
pub(super) fn check_write(folder: &Path, wal: WalConfig, operation: &UpdateOperation) -> Result<()> {
    match available(folder) {
        None => return Ok(()),
        Some(available) if available > PLENTY.saturating_add(RESERVED.load(Ordering::Relaxed)) => {
            return Ok(());
        }
        Some(_) => {}
    }
    let mut size = Counter(0);
    // A counter takes everything.
    let _ = operation.serialize(&mut serde_json::Serializer::new(&mut size));
    check_room(folder, write_buffer(wal).saturating_add(size.0.saturating_mul(COPIES_OF_AN_OPERATION)))
}

/// The reserve that a server keeps, twice the size of a segment of the write-ahead log; with small ones,
/// what a flush may take.
fn write_buffer(wal: WalConfig) -> u64 {
    (wal.wal_capacity_mb as u64).saturating_mul(2 * MB).max(MARGIN)
}

fn check_room(folder: &Path, needed: u64) -> Result<()> {
    let reserved = RESERVED.load(Ordering::Relaxed);
    match available(folder) {
        Some(available) if available < needed.saturating_add(reserved) => Err(Error::Service(
            "No space left on device: WAL buffer size exceeds available disk space".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Free bytes where `folder` is; `None` where the system does not tell.
fn available(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Room that writes leave to an optimization while this lives.
pub(super) struct Reservation(u64);

impl Reservation {
    /// Sets aside what optimizing `collection` may need: its data once more and the files made on the
    /// way, but no more than a segment at its largest takes.
    pub(super) fn for_optimization(collection: &Collection) -> Result<Self> {
        let folder = collection.shard.path();
        let data = of_folder(folder) as u64;
        let largest = collection.config.read().max_segment_bytes().saturating_mul(2);
        let needed = data.min(largest).saturating_mul(2);
        match available(folder) {
            Some(available) if available < needed.saturating_add(MARGIN) => Err(Error::Service(format!(
                "Not enough space available for optimization, needed: {} MB, available: {} MB",
                needed.saturating_add(MARGIN) / MB,
                available / MB
            ))),
            _ => {
                RESERVED.fetch_add(needed, Ordering::Relaxed);
                Ok(Self(needed))
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        RESERVED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Bytes that a folder takes on the disk. What goes meanwhile counts for nothing.
pub(super) fn of_folder(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        Some(if metadata.is_dir() { of_folder(&entry.path()) } else { allocated(&metadata) })
    });
    bytes.fold(0, usize::saturating_add)
}

/// What a file takes for real: the engine reserves its files in large, mostly empty pages.
#[cfg(unix)]
fn allocated(metadata: &Metadata) -> usize {
    use std::os::unix::fs::MetadataExt;
    const BLOCK: usize = 512; // the unit of `st_blocks`, whatever the file system's block is
    usize::try_from(metadata.blocks()).map_or(usize::MAX, |blocks| blocks.saturating_mul(BLOCK))
}

#[cfg(not(unix))]
fn allocated(metadata: &Metadata) -> usize {
    usize::try_from(metadata.len()).unwrap_or(usize::MAX)
}

/// Counts bytes and forgets them.
struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
