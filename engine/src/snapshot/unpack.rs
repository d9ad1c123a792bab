//! Reading archives, which may be damaged or made to do harm: nothing of them is taken but plain files
//! with plain names, into a new folder, and no more than the disk has room for.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tar::{Archive, EntryType};

use super::pack::PayloadSchema;
use super::room::{no_room, room};
use super::sparse::{CopyError, write_file};
use super::{CONFIG_FILE, PAYLOAD_INDEX_FILE, SEGMENTS, SHARD_KEYS_FILE, WAL};
use crate::error::{Error, Result};
use crate::files::read_json;
use crate::model::{CollectionConfig, ShardingMethod};

/// Entries of an archive at most: each takes a place in the file system, however small it is.
const MAX_ENTRIES: usize = 1_000_000;

/// Bytes of a header in a tar file.
const HEADER_BYTES: u64 = 512;

/// Bytes of headers before an entry at most, as they are kept in memory.
const MAX_HEADER_BYTES: u64 = 64 << 20;

/// Bytes of a JSON file at most, as it is read into memory.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// In a segment, tells that the archive holds a part of it only.
const PARTIAL_MARKER: &str = "segment_manifest.json";

/// The lock of a write-ahead log.
const WAL_LOCK: &str = ".wal";

/// What was in the archive of a collection.
pub(crate) struct Unpacked {
    pub config: CollectionConfig,
    pub payload_schema: PayloadSchema,
    /// The folders of the shards.
    pub shards: Vec<PathBuf>,
}

/// Unpacks the archive of a collection into the new folder `target`.
///
/// # Errors
/// [`Error::BadRequest`] for what is no such archive, or lacks a shard.
pub(crate) fn unpack_collection(archive: &Path, target: &Path) -> Result<Unpacked> {
    let mut shards = BTreeSet::new();
    unpack(archive, target, |path| match path {
        [name] => {
            let is_known =
                [CONFIG_FILE, PAYLOAD_INDEX_FILE, SHARD_KEYS_FILE].iter().any(|known| name == known);
            if is_known { Place::File(PathBuf::from(name)) } else { Place::Nowhere }
        }
        [shard, rest @ ..] => match shard.to_str().and_then(|shard| shard.parse::<u32>().ok()) {
            Some(id) => {
                shards.insert(id);
                place_in_shard(Path::new(shard), rest)
            }
            None => Place::Nowhere,
        },
        [] => Place::Nowhere,
    })?;
    let json = |name: &str| read_archived::<Value>(target, name);
    let config = json(CONFIG_FILE)?.ok_or_else(|| invalid("it holds no config.json"))?;
    let config: CollectionConfig = parse(CONFIG_FILE, config)?;
    config.validate().map_err(|error| invalid(format_args!("config.json: {error}")))?;
    let payload_schema = match json(PAYLOAD_INDEX_FILE)? {
        Some(mut index) => parse(PAYLOAD_INDEX_FILE, index["schema"].take())?,
        None => PayloadSchema::new(),
    };
    let expected = match config.params.sharding_method {
        None | Some(ShardingMethod::Auto) => (0..config.params.shard_number).collect(),
        Some(ShardingMethod::Custom) => shards_of_keys(json(SHARD_KEYS_FILE)?)?,
    };
    let shards = expected
        .iter()
        .map(|id| {
            let folder = target.join(id.to_string());
            if shards.contains(id) && folder.join(SEGMENTS).is_dir() {
                return Ok(folder);
            }
            Err(invalid(format_args!(
                "it holds no data of shard {id}; of a cluster, take the snapshot on a node that has all shards"
            )))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Unpacked { config, payload_schema, shards })
}

/// Unpacks the archive of a shard into the new folder `target`.
pub(crate) fn unpack_shard(archive: &Path, target: &Path) -> Result<()> {
    unpack(archive, target, |path| place_in_shard(Path::new(""), path))?;
    if target.join(SEGMENTS).is_dir() { Ok(()) } else { Err(invalid("it holds no segments of a shard")) }
}

/// Where an entry goes.
pub(super) enum Place {
    File(PathBuf),
    /// The archive of a segment, which is unpacked into this folder.
    Segment(PathBuf),
    Nowhere,
    /// It makes the archive unfit.
    Unfit(String),
}

/// Where a file of a shard goes. Segments come as archives of their own, or as folders.
fn place_in_shard(shard: &Path, path: &[&OsStr]) -> Place {
    match path {
        [segments, segment, file @ ..] if *segments == SEGMENTS => {
            if segment.as_encoded_bytes().starts_with(b".") {
                return Place::Nowhere;
            }
            let folder = shard.join(SEGMENTS);
            match (file, Path::new(segment).extension()) {
                ([], Some(extension)) if extension == "tar" => {
                    Place::Segment(folder.join(Path::new(segment).with_extension("")))
                }
                ([], _) => Place::Nowhere,
                (file, _) => place_in_segment(&folder.join(segment), file),
            }
        }
        [wal, name] if *wal == WAL && *name != WAL_LOCK => Place::File(shard.join(WAL).join(name)),
        _ => Place::Nowhere,
    }
}

/// Where a file of a segment goes. Its folder is in one or two others, depending on the kind of the
/// archive; what is beside it is of databases that no version reads any more.
fn place_in_segment(segment: &Path, path: &[&OsStr]) -> Place {
    let path = match path {
        [snapshot, files, rest @ ..] if *snapshot == "snapshot" && *files == "files" => rest,
        [snapshot, ..] if *snapshot == "snapshot" => return Place::Nowhere,
        [files, rest @ ..] if *files == "files" => rest,
        path => path,
    };
    match path {
        [] => Place::Nowhere,
        [name] if *name == PARTIAL_MARKER => {
            Place::Unfit("it is a partial one, which holds only what another shard lacks".to_owned())
        }
        path => Place::File(path.iter().fold(segment.to_owned(), |folder, name| folder.join(name))),
    }
}

/// Unpacks an archive, whose entries go where `place` says, into the new folder `target`.
pub(super) fn unpack(archive: &Path, target: &Path, mut place: impl FnMut(&[&OsStr]) -> Place) -> Result<()> {
    fs::create_dir(target).map_err(|error| Error::storage(target, error))?;
    let file = File::open(archive).map_err(|error| Error::storage(archive, error))?;
    let mut unpacking = Unpacking { target, room: room(target), entries: MAX_ENTRIES };
    unpacking.all(&mut BufReader::with_capacity(1 << 18, file), &mut place)
}

struct Unpacking<'a> {
    target: &'a Path,
    /// Bytes that may still be unpacked.
    room: u64,
    /// Entries that may still come.
    entries: usize,
}

impl Unpacking<'_> {
    fn all(&mut self, reader: &mut dyn Read, place: &mut dyn FnMut(&[&OsStr]) -> Place) -> Result<()> {
        let source = Rc::new(Source::default());
        let mut archive = Archive::new(Guarded { reader, source: source.clone() });
        let mut entries = archive.entries().map_err(damaged)?;
        loop {
            source.begin_header();
            let Some(entry) = entries.next() else { break };
            let mut entry = entry.map_err(damaged)?;
            source.end_header();
            self.entries = self.entries.checked_sub(1).ok_or_else(|| invalid("it has too many entries"))?;
            let path = entry.path().map_err(damaged)?.into_owned();
            let names = plain_names(&path)?;
            match entry.header().entry_type() {
                EntryType::Regular | EntryType::GNUSparse => {}
                EntryType::Directory => continue,
                other => {
                    return Err(invalid(format_args!("{} is no file, but {other:?}", path.display())));
                }
            }
            let size = entry.size();
            self.room = self.room.checked_sub(size).ok_or_else(|| {
                no_room(format_args!("the snapshot needs more than is free in {}", self.target.display()))
            })?;
            match place(&names) {
                Place::Nowhere => {
                    io::copy(&mut entry, &mut io::sink()).map_err(damaged)?;
                }
                Place::File(to) if size > MAX_JSON_BYTES && is_json(&to) => {
                    return Err(invalid(format_args!("{} is too large", to.display())));
                }
                Place::File(to) => self.file(&mut entry, size, &to)?,
                Place::Segment(folder) => {
                    // What is in it takes no more room than it does, but for holes.
                    self.room = self.room.saturating_add(size);
                    self.all(&mut entry, &mut |path| place_in_segment(&folder, path))?;
                    io::copy(&mut entry, &mut io::sink()).map_err(damaged)?;
                }
                Place::Unfit(reason) => return Err(invalid(reason)),
            }
        }
        if source.is_complete() { Ok(()) } else { Err(invalid("it is incomplete")) }
    }

    fn file(&self, reader: &mut impl Read, size: u64, to: &Path) -> Result<()> {
        let path = self.target.join(to);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Error::storage(folder, error))?;
        }
        match write_file(reader, &path) {
            Ok(length) if length == size => Ok(()),
            Ok(_) => Err(invalid("it is incomplete")),
            Err(CopyError::Read(error)) => Err(damaged(error)),
            Err(CopyError::Write(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(invalid(format_args!("{} is in it twice", to.display())))
            }
            Err(CopyError::Write(error)) => Err(Error::storage(&path, error)),
        }
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// The names that make up a path, without a leading `.`.
fn plain_names(path: &Path) -> Result<Vec<&OsStr>> {
    let refuse = || invalid(format_args!("{:?} is no path within it", path.display().to_string()));
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir if names.is_empty() => {}
            // On Windows these would mean something.
            Component::Normal(name)
                if !name.as_encoded_bytes().iter().any(|byte| b"\\:\0".contains(byte)) =>
            {
                names.push(name);
            }
            _ => return Err(refuse()),
        }
    }
    Ok(names)
}

/// What is known of the bytes that an archive is read from.
#[derive(Default)]
struct Source {
    /// Bytes that may be read of headers; `None` while an entry is read.
    header_bytes: Cell<Option<u64>>,
    /// Zeros at the end of what was read since the last entry.
    zeros: Cell<u64>,
}

impl Source {
    fn begin_header(&self) {
        self.header_bytes.set(Some(MAX_HEADER_BYTES));
        self.zeros.set(0);
    }

    fn end_header(&self) {
        self.header_bytes.set(None);
    }

    fn note(&self, bytes: &[u8]) {
        let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count() as u64;
        let before = if zeros == bytes.len() as u64 { self.zeros.get() } else { 0 };
        self.zeros.set(before + zeros);
    }

    /// Whether the end was marked by an empty header. What fills up an entry is less.
    fn is_complete(&self) -> bool {
        self.zeros.get() >= HEADER_BYTES
    }
}

/// Bounds what the headers of entries take.
struct Guarded<'a> {
    reader: &'a mut dyn Read,
    source: Rc<Source>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if let Some(left) = self.source.header_bytes.get() {
            let left = left.checked_sub(count as u64);
            self.source.header_bytes.set(Some(left.ok_or_else(|| io::Error::other("too long a header"))?));
            self.source.note(&buffer[..count]);
        }
        Ok(count)
    }
}

/// The shards that the keys of a collection stand for, in the form of today or in that of servers
/// before 1.15.
fn shards_of_keys(keys: Option<Value>) -> Result<BTreeSet<u32>> {
    #[derive(Deserialize)]
    struct ShardsOfKey {
        shard_ids: BTreeSet<u32>,
    }

    match keys {
        None => Ok(BTreeSet::new()),
        Some(Value::Object(keys)) => {
            let shards: Vec<BTreeSet<u32>> =
                parse(SHARD_KEYS_FILE, keys.into_iter().map(|(_, shards)| shards).collect())?;
            Ok(shards.into_iter().flatten().collect())
        }
        Some(keys) => {
            let keys: Vec<ShardsOfKey> = parse(SHARD_KEYS_FILE, keys)?;
            Ok(keys.into_iter().flat_map(|key| key.shard_ids).collect())
        }
    }
}

pub(super) fn read_archived<T: DeserializeOwned>(target: &Path, name: &str) -> Result<Option<T>> {
    read_json(&target.join(name)).map_err(|error| invalid(format_args!("{name}: {error}")))
}

fn parse<T: DeserializeOwned>(name: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| invalid(format_args!("{name}: {error}")))
}

/// The answer for an archive that is none, or not of the kind that was asked for.
pub(super) fn invalid(reason: impl Display) -> Error {
    Error::BadRequest(format!("Invalid snapshot: {reason}"))
}

fn damaged(error: io::Error) -> Error {
    invalid(format_args!("it cannot be read: {error}"))
}
