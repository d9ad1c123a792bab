//! Copying a collection's files for a snapshot.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use qdrant_edge::{PayloadFieldSchema, SEGMENT_STATE_FILE};

use super::{Collection, SHARD_FOLDER};
use crate::disk::{Reservation, of_folder};
use crate::error::{Error, Result};
use crate::snapshot::{CollectionFacts, PayloadSchema, SEGMENTS, WAL, copy_file, reserve_room};

/// Version of a segment's format; a segment without this file does not count.
const SEGMENT_VERSION_FILE: &str = "version.info";

/// How the names of a log's files begin: its segments, and the number of the first entry that counts. Besides,
/// there are its lock and what is still being made: the engine prepares segments ahead, beside everything.
const WAL_FILES: [&str; 3] = ["open-", "closed-", "first-index"];

/// What comes with a copy.
pub(crate) struct Copied {
    pub facts: CollectionFacts,
    /// Room that is set aside, until there is an archive of the copy.
    pub room: Reservation,
}

impl Collection {
    /// Flushes, and copies the shard's files to the new folder `target`. In turn among the writes, while
    /// no optimizer runs: all that is copied is then of one moment.
    pub(crate) fn copy_aside(&self, target: &Path) -> Result<Copied> {
        self.flush()?;
        let facts = CollectionFacts { config: self.settings(), payload_schema: self.payload_schema()? };
        let manifest = self.shard().snapshot_manifest()?;
        let shard = self.folder.join(SHARD_FOLDER);
        // For the copy and for the archive made of it.
        let room = reserve_room(&shard, 2 * of_folder(&shard) as u64)?;
        let copy = |relative: &Path| -> Result<()> {
            let to = target.join(relative);
            to.parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| copy_file(&shard.join(relative), &to))
                .map_err(|error| Error::storage(&shard.join(relative), error))
        };
        for (id, segment) in manifest.iter() {
            let folder = Path::new(SEGMENTS).join(id);
            for (file, _version) in segment.file_versions() {
                copy(&folder.join(file))?;
            }
            copy(&folder.join(SEGMENT_STATE_FILE))?;
            copy(&folder.join(SEGMENT_VERSION_FILE))?;
        }
        for name in log_files(&shard.join(WAL)).map_err(|error| Error::storage(&shard, error))? {
            copy(&Path::new(WAL).join(name))?;
        }
        Ok(Copied { facts, room })
    }

    /// The payload indexes.
    pub(crate) fn payload_schema(&self) -> Result<PayloadSchema> {
        let indexes = self.shard().info()?.payload_schema.into_iter();
        indexes
            .map(|(field, index)| Ok((field, PayloadFieldSchema::try_from(index).map_err(Error::Service)?)))
            .collect::<Result<HashMap<_, _>>>()
    }
}

/// The files of a write-ahead log that are complete.
pub(super) fn log_files(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| WAL_FILES.iter().any(|start| name.to_string_lossy().starts_with(start)));
    Ok(names)
}
