//! Snapshots as files: the archives that a Qdrant server writes and reads.
//!
//! An archive of a collection is a tar file that holds
//!
//! ```text
//! 0/segments/<id>.tar      a segment: snapshot/files/**
//! 0/wal/**                 the write-ahead log, from which the next operation gets its number
//! 0/shard_config.json      what kind of shard `0` is
//! 0/replica_state.json     which peer has it
//! version.info             version of this layout
//! config.json              settings of the collection
//! shard_key_mapping.json   shards of each shard key
//! payload_index.json       payload indexes
//! ```
//!
//! That of a shard holds the inside of `0/`; that of a whole storage holds archives of collections, and
//! a `config.json` that tells their names and the aliases.
//!
//! `folder` is where they are kept, `pack` writes and `unpack` reads them, `source` finds them, `room` is what
//! the disk has for them.

mod folder;
mod full;
mod pack;
mod room;
mod source;
mod sparse;
mod unpack;

pub(crate) use folder::{SnapshotFolder, remove_leftovers};
pub(crate) use full::{FullSnapshotContents, pack_full, unpack_full};
pub(crate) use pack::{CollectionFacts, PayloadSchema, pack_collection, pack_shard};
pub(crate) use room::reserve_room;
pub(crate) use source::fetch;
pub(crate) use sparse::copy_file;
pub(crate) use unpack::{Unpacked, unpack_collection, unpack_shard};

/// The folders of a shard, in the store and in an archive.
pub(crate) const SEGMENTS: &str = "segments";
pub(crate) const WAL: &str = "wal";

const CONFIG_FILE: &str = "config.json";
const PAYLOAD_INDEX_FILE: &str = "payload_index.json";
const SHARD_KEYS_FILE: &str = "shard_key_mapping.json";
