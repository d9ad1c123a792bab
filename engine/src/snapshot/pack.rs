//! Writing archives.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use qdrant_edge::{JsonPath, PayloadFieldSchema};
use serde::Serialize;
use serde_json::json;
use tar::{Builder, Header, HeaderMode};

use super::{CONFIG_FILE, PAYLOAD_INDEX_FILE, SEGMENTS, SHARD_KEYS_FILE, WAL};
use crate::error::{Error, Result};
use crate::model::CollectionConfig;

/// Version of the layout of a collection's folder on servers that have this layout.
const COLLECTION_VERSION: &str = "0.4.2";

/// Where a segment's files are in its own archive.
const SEGMENT_FILES: &str = "snapshot/files";

const BUFFER: usize = 1 << 18;

/// The payload indexes by their fields.
pub(crate) type PayloadSchema = HashMap<JsonPath, PayloadFieldSchema>;

/// What an archive tells of a collection beside its files.
#[derive(Clone, Debug)]
pub(crate) struct CollectionFacts {
    pub config: CollectionConfig,
    pub payload_schema: PayloadSchema,
}

/// Writes the archive of a collection whose shard's files are in `shard`.
pub(crate) fn pack_collection(
    shard: &Path,
    facts: &CollectionFacts,
    peer: u64,
    archive: &Path,
) -> Result<()> {
    let CollectionFacts { config, payload_schema } = facts;
    let mut config = config.clone();
    // A server would look for them.
    config.params.shard_number = 1;
    config.params.sharding_method = None;
    let write = || -> io::Result<()> {
        let mut tar = Tar::create(archive)?;
        tar.append_shard(shard, Path::new("0"))?;
        tar.append_json("0/shard_config.json", &json!({ "type": "ReplicaSet" }))?;
        let peers = json!({ peer.to_string(): "Active" });
        let replicas = json!({ "is_local": true, "this_peer_id": peer, "peers": peers });
        tar.append_json("0/replica_state.json", &replicas)?;
        tar.append_bytes("version.info", COLLECTION_VERSION.as_bytes())?;
        tar.append_json(CONFIG_FILE, &config)?;
        tar.append_json(SHARD_KEYS_FILE, &json!([]))?;
        tar.append_json(PAYLOAD_INDEX_FILE, &json!({ "schema": payload_schema }))?;
        tar.finish()
    };
    write().map_err(|error| Error::storage(archive, error))
}

/// Writes the archive of a shard whose files are in `shard`.
pub(crate) fn pack_shard(shard: &Path, archive: &Path) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut tar = Tar::create(archive)?;
        tar.append_shard(shard, Path::new(""))?;
        tar.finish()
    };
    write().map_err(|error| Error::storage(archive, error))
}

/// An archive that is being written. Files keep their holes where the system tells where they are.
pub(super) struct Tar(Builder<BufWriter<File>>);

impl Tar {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut builder = Builder::new(BufWriter::with_capacity(BUFFER, File::create_new(path)?));
        builder.mode(HeaderMode::Deterministic);
        Ok(Self(builder))
    }

    pub(super) fn append_file(&mut self, name: &Path, file: &Path) -> io::Result<()> {
        self.0.append_path_with_name(file, name)
    }

    pub(super) fn append_json(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.append_bytes(name, &serde_json::to_vec(value)?)
    }

    fn append_bytes(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = file_header();
        header.set_size(bytes.len() as u64);
        self.0.append_data(&mut header, name, bytes)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.0.into_inner()?.flush()
    }

    fn append_shard(&mut self, shard: &Path, prefix: &Path) -> io::Result<()> {
        for segment in sorted_entries(&shard.join(SEGMENTS))? {
            let Some(id) = segment.file_name().and_then(|name| name.to_str()) else { continue };
            self.append_segment(&segment, &prefix.join(SEGMENTS).join(format!("{id}.tar")))?;
        }
        for file in sorted_entries(&shard.join(WAL))? {
            let Some(name) = file.file_name() else { continue };
            self.append_file(&prefix.join(WAL).join(name), &file)?;
        }
        Ok(())
    }

    /// Writes a segment's archive into this one.
    fn append_segment(&mut self, segment: &Path, name: &Path) -> io::Result<()> {
        let mut header = file_header();
        let mut writer = self.0.append_writer(&mut header, name)?;
        let mut inner = Builder::new(&mut writer);
        inner.mode(HeaderMode::Deterministic);
        append_tree(&mut inner, segment, Path::new(SEGMENT_FILES))?;
        inner.into_inner()?;
        writer.finish()
    }
}

fn append_tree(tar: &mut Builder<impl Write>, folder: &Path, name: &Path) -> io::Result<()> {
    for entry in sorted_entries(folder)? {
        let Some(file_name) = entry.file_name() else { continue };
        let name = name.join(file_name);
        if entry.is_dir() {
            append_tree(tar, &entry, &name)?;
        } else {
            tar.append_path_with_name(&entry, &name)?;
        }
    }
    Ok(())
}

fn sorted_entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn file_header() -> Header {
    let mut header = Header::new_gnu();
    header.set_mode(0o644);
    header
}
