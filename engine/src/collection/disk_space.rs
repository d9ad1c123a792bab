//! Room on the disk, looked at before anything is written.
//!
//! The engine writes through memory maps of files that are reserved, but hold no blocks yet. Where the
//! disk has none left, such a write does not fail: the system ends the process. So there has to be
//! room before.

use std::io;
use std::path::Path;

use qdrant_edge::{
    PointInsertOperations, PointOperations, PointStructPersisted, UpdateOperation, VectorStructPersisted,
};
use serde::Serialize;

use super::Collection;
use crate::disk::{self, Reservation, available, of_folder};
use crate::error::{Error, Fault, Result};
use crate::model::WalConfig;

const MB: u64 = 1024 * 1024;

/// With more than this left, no operation can come near the end, and its size is not counted.
const PLENTY: u64 = 1024 * MB;

/// An operation takes its place in the log, in the segment and in the indexes.
const COPIES_OF_AN_OPERATION: u64 = 4;

/// A float32 in the log.
const BYTES_OF_NUMBER: u64 = 5;

/// A point's id and the names of its parts in the log, at most.
const BYTES_OF_POINT: u64 = 128;

/// What opening a collection, or an optimization, needs besides the size of its data.
const MARGIN: u64 = 16 * MB;

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
            Fault::Refusal(format!(
                "No space left on device: opening needs {} MB, {} MB are free",
                needed / MB,
                available / MB
            )),
        )),
        _ => Ok(()),
    }
}

/// Bytes that an operation takes in the log, or somewhat more.
pub(super) fn size_of(operation: &UpdateOperation) -> u64 {
    match operation {
        UpdateOperation::PointOperation(PointOperations::UpsertPoints(
            PointInsertOperations::PointsList(points),
        )) => points.iter().map(size_of_point).sum(),
        operation => written(operation),
    }
}

/// As [`size_of`]. To write the numbers of many points once more takes a tenth of the time of an upsert, so
/// they are counted.
fn size_of_point(point: &PointStructPersisted) -> u64 {
    let vectors = match &point.vector {
        VectorStructPersisted::Single(numbers) => numbers.len() as u64 * BYTES_OF_NUMBER,
        vectors => written(vectors),
    };
    BYTES_OF_POINT + vectors + point.payload.as_ref().map_or(0, written)
}

fn written(value: &impl Serialize) -> u64 {
    let mut size = Counter(0);
    // A counter takes everything.
    let _ = serde_cbor::to_writer(&mut size, value);
    size.0
}

/// Refuses a write of this [size](size_of) when its room, or that of a running optimization, may be
/// missing.
pub(super) fn check_write(folder: &Path, wal: WalConfig, size: u64) -> Result<()> {
    match available(folder) {
        Some(available) if available <= PLENTY.saturating_add(disk::reserved()) => {
            check_room(folder, write_buffer(wal).saturating_add(size.saturating_mul(COPIES_OF_AN_OPERATION)))
        }
        _ => Ok(()),
    }
}

/// The reserve that a server keeps, twice the size of a segment of the write-ahead log; with small ones,
/// what a flush may take.
fn write_buffer(wal: WalConfig) -> u64 {
    (wal.wal_capacity_mb as u64).saturating_mul(2 * MB).max(MARGIN)
}

fn check_room(folder: &Path, needed: u64) -> Result<()> {
    let reserved = disk::reserved();
    match available(folder) {
        Some(available) if available < needed.saturating_add(reserved) => Err(Error::Service(
            "No space left on device: WAL buffer size exceeds available disk space".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Sets aside what optimizing `collection` may need: its data once more and the files made on the way, but
/// no more than a segment at its largest takes.
pub(super) fn reserve_for_optimization(collection: &Collection) -> Result<Reservation> {
    let folder = collection.shard.path();
    let data = of_folder(folder) as u64;
    let largest = collection.config.read().max_segment_bytes(collection.preset).saturating_mul(2);
    let needed = data.min(largest).saturating_mul(2);
    match available(folder) {
        Some(available) if available < needed.saturating_add(MARGIN) => Err(Error::Service(format!(
            "Not enough space available for optimization, needed: {} MB, available: {} MB",
            needed.saturating_add(MARGIN) / MB,
            available / MB
        ))),
        _ => Ok(Reservation::of(needed)),
    }
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
