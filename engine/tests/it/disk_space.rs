//! What is deleted and overwritten gives its room on the disk back, unasked.

#![cfg(target_os = "linux")] // where files have holes

use std::fs;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::model::DeletePoints;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::Store;

const MB: u64 = 1 << 20;

/// The segment of the log that is written to, and the last one before, with what exceeds their 4 MB each.
const MAX_LOG: u64 = 10 * MB;

/// A collection in a folder, flushed at this interval.
fn store(flush_interval_sec: u64) -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({
        "vectors": { "size": 32, "distance": "Dot" },
        "optimizers_config": { "flush_interval_sec": flush_interval_sec },
    });
    (Store::create_in(folder.path(), settings), folder)
}

/// Writes points with a payload of so many bytes that cannot be compressed.
fn write(store: &Store, ids: Range<u64>, payload: usize, round: u64) {
    for from in ids.clone().step_by(500) {
        let point = |id| {
            let vector: Vec<_> = (0..32).map(|i| (id * 31 + i * 7 + round) % 97).collect();
            json!({ "id": id, "vector": vector, "payload": { "text": noise(id * 100 + round, payload) } })
        };
        store.upsert((from..ids.end.min(from + 500)).map(point).collect());
    }
}

fn noise(seed: u64, bytes: usize) -> Value {
    let mut state = seed + 1;
    let mut text = String::with_capacity(bytes + 16);
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text += &format!("{state:016x}");
    }
    text.into()
}

fn segments(folder: &TempDir) -> PathBuf {
    folder.path().join("collections/c/0/segments")
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("collections/c/0/wal")
}

/// Bytes that a folder takes on the disk. Files of the optimizer may go meanwhile.
fn taken(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| match path.is_dir() {
        true => taken(&path),
        false => path.metadata().map_or(0, |file| file.blocks() * 512),
    };
    entries.map(of).sum()
}

/// Waits until a folder takes no more than that.
fn wait_for(folder: &Path, most: u64) {
    let start = Instant::now();
    while taken(folder) > most {
        assert!(start.elapsed() < Duration::from_secs(60), "{} bytes, not {most}", taken(folder));
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn points_that_are_deleted_give_their_room_back() {
    let (store, folder) = store(1);
    write(&store, 0..20_000, 300, 0);
    store.flush();
    let full = taken(&segments(&folder));
    assert!(full > 20_000 * 300, "{full}");
    store.write::<DeletePoints>(json!({ "points": (0..18_000).collect::<Vec<_>>() })).unwrap();
    wait_for(&segments(&folder), full / 10 * 2);
    wait_for(&log(&folder), MAX_LOG);
    store.write::<DeletePoints>(json!({ "points": (18_000..20_000).collect::<Vec<_>>() })).unwrap();
    wait_for(&segments(&folder), MB / 4);
    assert_eq!(store.count(), 0);
}

#[test]
fn points_that_are_overwritten_keep_the_room_of_a_bounded_number_of_bytes() {
    // The room is given back at flushes, which do not wait for the interval.
    let (store, folder) = store(1000);
    write(&store, 0..4000, 5000, 0);
    store.flush();
    let once = taken(&segments(&folder));
    (1..=10).for_each(|round| write(&store, 0..4000, 5000, round));
    assert!(taken(&segments(&folder)) < once + 144 * MB, "{} MB", taken(&segments(&folder)) / MB);
    assert!(taken(&log(&folder)) < 144 * MB, "{} MB", taken(&log(&folder)) / MB);
    store.flush();
    wait_for(&log(&folder), MAX_LOG);
    // What became free is used again.
    let most = taken(&segments(&folder));
    for round in 11..=13 {
        write(&store, 0..4000, 5000, round);
        store.flush();
    }
    assert!(taken(&segments(&folder)) <= most + MB, "{most} became {}", taken(&segments(&folder)));
}
