//! Archives that are damaged, or made to do harm.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use qdrant_embedded_engine::Error;
use serde_json::json;
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use super::{Store, refusal};

/// Writes an archive of its own making.
fn archive(fill: impl FnOnce(&mut Builder<File>)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.snapshot");
    let mut tar = Builder::new(File::create(&path).unwrap());
    fill(&mut tar);
    tar.into_inner().unwrap();
    (folder, path)
}

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o777);
    header
}

/// An entry with a path that the crate would not write.
fn raw_entry(tar: &mut Builder<File>, path: &str, content: &[u8]) {
    let mut header = header(EntryType::Regular, content.len() as u64);
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_cksum();
    tar.append(&header, content).unwrap();
}

fn entry(tar: &mut Builder<File>, path: &str, content: &[u8]) {
    tar.append_data(&mut header(EntryType::Regular, content.len() as u64), path, content).unwrap();
}

/// An entry that is large and nearly empty.
fn large_entry(tar: &mut Builder<File>, path: &str, size: u64) {
    let mut header = header(EntryType::GNUSparse, 512);
    header.set_path(path).unwrap();
    let gnu = header.as_gnu_mut().unwrap();
    let number = |number: u64| format!("{number:011o}").into_bytes();
    let binary = |number: u64| {
        let mut bytes = [0; 12];
        bytes[0] = 0x80;
        bytes[4..].copy_from_slice(&number.to_be_bytes());
        bytes
    };
    gnu.sparse[0].offset = binary(size - 512);
    gnu.sparse[0].numbytes[..11].copy_from_slice(&number(512));
    gnu.realsize = binary(size);
    header.set_cksum();
    tar.append(&header, &[1; 512][..]).unwrap();
}

fn config(m: u64) -> Vec<u8> {
    let config = json!({
        "params": { "vectors": { "size": 2, "distance": "Dot" }, "shard_number": 1 },
        "hnsw_config": { "m": m, "ef_construct": 100, "full_scan_threshold": 10000 },
        "optimizer_config": {}, "wal_config": {},
    });
    config.to_string().into_bytes()
}

/// The archive of a collection with some points.
fn snapshot() -> (TempDir, PathBuf) {
    let store = Store::new();
    store.create_plain("c", 0..20);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.snapshot");
    fs::copy(store.snapshot("c"), &path).unwrap();
    (folder, path)
}

/// Every file and folder in the store and beside it, apart from those of the lock.
fn everything(store: &Store) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                walk(&path, found);
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(store.path(), &mut found);
    found.sort();
    found
}

fn check_refused(store: &Store, file: &Path, expected: &str) {
    let before = everything(store);
    for (status, text) in [refusal(store.recover("new", file)), refusal(store.recover("c", file))] {
        assert_eq!(status, 400, "{text}");
        assert!(text.contains(expected), "{text}, not {expected}");
    }
    assert_eq!(everything(store), before, "{expected}");
    assert_eq!(store.collections(), json!(["c"]));
    assert_eq!(store.count("c"), 3);
}

#[test]
fn nothing_gets_out_of_the_folder_that_it_is_unpacked_into() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let outside = tempfile::tempdir().unwrap();
    let absolute = outside.path().join("evil");
    let paths = [
        "../evil",
        "0/../../evil",
        "0/segments/../../../../evil",
        "/tmp/evil-of-a-snapshot",
        "0/wal/..",
        "C:\\evil",
        "0\\..\\evil",
        "0/wal/a:b",
    ];
    for path in paths.into_iter().chain([absolute.to_str().unwrap()]) {
        let (_folder, file) = archive(|tar| raw_entry(tar, path, b"evil"));
        check_refused(&store, &file, "is no path within it");
    }
    assert!(!absolute.exists() && !Path::new("/tmp/evil-of-a-snapshot").exists());
}

#[test]
fn only_files_and_folders_are_taken() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let kinds = [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char, EntryType::Block];
    for kind in kinds {
        let (_folder, file) = archive(|tar| {
            let mut link = header(kind, 0);
            tar.append_link(&mut link, "0/segments", "/etc").unwrap();
            entry(tar, "0/segments/passwd", b"evil");
        });
        check_refused(&store, &file, "is no file");
        // In a segment as well.
        let (_folder, file) = archive(|tar| {
            let mut inner = Builder::new(Vec::new());
            inner.append_link(&mut header(kind, 0), "snapshot/files/a", "/etc/passwd").unwrap();
            entry(tar, "0/segments/3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11.tar", &inner.into_inner().unwrap());
        });
        check_refused(&store, &file, "is no file");
    }
}

#[test]
fn no_entry_replaces_another() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let (_folder, file) = archive(|tar| {
        entry(tar, "config.json", &config(16));
        entry(tar, "./config.json", &config(17));
    });
    check_refused(&store, &file, "is in it twice");
}

#[test]
fn a_file_that_is_no_archive_is_refused() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.snapshot");
    for content in [&b""[..], b"no archive at all", &[7; 5000]] {
        fs::write(&file, content).unwrap();
        check_refused(&store, &file, "Invalid snapshot");
    }
    let (_folder, file) = archive(|_| {});
    check_refused(&store, &file, "holds no config.json");
    let (_folder, file) = archive(|tar| entry(tar, "config.json", b"{"));
    check_refused(&store, &file, "config.json");
    let (_folder, file) = archive(|tar| entry(tar, "config.json", &config(16)));
    check_refused(&store, &file, "no data of shard 0");
    assert_eq!(refusal(store.recover("new", folder.path())).0, 400, "a folder");
}

#[test]
fn settings_that_could_not_be_those_of_a_collection_are_refused() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let (_folder, file) = archive(|tar| entry(tar, "config.json", &config(1_000_000_000)));
    check_refused(&store, &file, "hnsw_config.m: value 1000000000 invalid");
}

#[test]
fn a_part_of_an_archive_is_refused_wherever_it_ends() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let (_folder, file) = snapshot();
    let whole = fs::read(&file).unwrap();
    let length = whole.len();
    // At the end are two empty headers, of which one is enough; before them is what fills up the last entry.
    for end in (0..8).map(|step| length * step / 8).chain([length - 1024, length - 1536]) {
        fs::write(&file, &whole[..end]).unwrap();
        check_refused(&store, &file, "Invalid snapshot");
    }
}

#[test]
fn a_partial_snapshot_of_a_shard_is_refused() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let (_folder, file) = archive(|tar| {
        entry(tar, "segments/3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11/files/segment_manifest.json", b"{}");
    });
    let (status, text) = refusal(store.recover_shard("c", &file));
    assert_eq!((status, text.contains("partial")), (400, true), "{text}");
}

#[test]
fn a_file_larger_than_the_disk_is_refused_before_it_is_written() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    // A hole of 4 EB takes no room in an archive.
    let (_folder, file) = archive(|tar| large_entry(tar, "0/wal/open-1", 1 << 62));
    let error = store.recover("new", &file).unwrap_err();
    assert!(matches!(&error, Error::Service(text) if text.contains("No space left on device")), "{error}");
    assert_eq!(store.work(), [""; 0]);
}

#[test]
fn what_is_read_into_memory_is_not_large() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let segment = "0/segments/3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11/segment.json";
    for path in ["config.json", "payload_index.json", segment] {
        let (_folder, file) = archive(|tar| large_entry(tar, path, 65 << 20));
        check_refused(&store, &file, "is too large");
    }
}

#[test]
fn a_long_header_does_not_fill_the_memory() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let (_folder, file) = archive(|tar| {
        // The name of the next entry: 80 MB of it.
        let size = 80 << 20;
        let mut long = header(EntryType::GNULongName, size);
        long.set_path("long").unwrap();
        long.set_cksum();
        tar.append(&long, std::io::repeat(b'a').take(size)).unwrap();
        entry(tar, "config.json", &config(16));
    });
    check_refused(&store, &file, "too long a header");
}

#[test]
fn flipped_bits_never_end_the_process() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let before = store.points("c");
    let (_folder, whole) = snapshot();
    let length = fs::metadata(&whole).unwrap().len();
    for step in 0..24 {
        let mut file = File::options().read(true).write(true).open(&whole).unwrap();
        let position = length * step / 24 + 100;
        let mut byte = [0];
        file.seek(SeekFrom::Start(position)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(position)).unwrap();
        file.write_all(&[byte[0] ^ 0x41]).unwrap();
        // It may still be readable; then it is of no concern that it is.
        if store.recover("new", &whole).is_err() {
            assert_eq!(store.work(), [""; 0]);
        }
        assert_eq!(store.points("c"), before);
        file.seek(SeekFrom::Start(position)).unwrap();
        file.write_all(&byte).unwrap();
    }
    assert_eq!(store.recover("whole", &whole), Ok(true));
    assert_eq!(store.count("whole"), 20);
}
