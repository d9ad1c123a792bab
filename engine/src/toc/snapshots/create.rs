use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::{SnapshotScope, TableOfContent};
use crate::collection::Copied;
use crate::error::{Error, Result};
use crate::model::SnapshotDescription;
use crate::operation::Transfer;
use crate::snapshot::{pack_collection, pack_shard};
use crate::toc::Entry;

/// Bytes of a collection's name in those of its snapshots at most: file systems take 255 in all.
const MAX_NAME: usize = 180;

/// Makes a snapshot of one moment, while reads and writes go on: writes to the collection wait only
/// until its files are copied.
///
/// The snapshot holds what was written before the call, and perhaps some of what is written while it is
/// made. Of the whole storage, each collection is of a moment of its own.
pub struct CreateSnapshot(
    /// What it is of.
    pub SnapshotScope,
);

impl Transfer for CreateSnapshot {
    type Output = SnapshotDescription;

    fn execute(self, toc: &TableOfContent) -> Result<SnapshotDescription> {
        let Self(scope) = self;
        let folder = toc.snapshot_folder(&scope)?;
        let work = toc.folder.work_folder()?;
        let archive = work.path().join("archive");
        let (prefix, taken) = match scope {
            SnapshotScope::Storage => {
                super::create_full::write_archive(toc, work.path(), &archive)?;
                ("full-snapshot-".to_owned(), SystemTime::now())
            }
            SnapshotScope::Collection(collection) => {
                let entry = toc.entry(&collection)?;
                let peer = random_peer();
                let taken = write_archive(&entry, peer, work.path(), &archive)?;
                (format!("{}-{peer}-", shortened(entry.name())), taken)
            }
            SnapshotScope::Shard { collection, shard } => {
                let entry = toc.entry(&collection)?;
                let copy = work.path().join("copy");
                let (_copied, taken) = copy_aside(&entry, &copy)?;
                pack_shard(&copy, &archive)?;
                (format!("{}-shard-{shard}-", shortened(entry.name())), taken)
            }
        };
        folder.publish(&archive, &prefix, taken)
    }
}

/// Writes the archive of a collection, with the help of the folder `work`; returns of which time it is.
pub(super) fn write_archive(
    entry: &Arc<Entry>,
    peer: u64,
    work: &Path,
    archive: &Path,
) -> Result<SystemTime> {
    let copy = work.join("copy");
    let (Copied { facts, room: _room }, taken) = copy_aside(entry, &copy)?;
    pack_collection(&copy, &facts, peer, archive)?;
    fs::remove_dir_all(&copy).map_err(|error| Error::storage(&copy, error))?;
    Ok(taken)
}

/// Copies the files of a collection into the new folder `target`.
fn copy_aside(entry: &Arc<Entry>, target: &Path) -> Result<(Copied, SystemTime)> {
    let _pause = entry.pause_optimizer();
    let target = target.to_owned();
    entry.in_turn(move |collection| Ok((collection.copy_aside(&target)?, SystemTime::now())))
}

/// A server has a random number, by which a cluster knows it.
pub(super) fn random_peer() -> u64 {
    // As many bits as a JavaScript number holds.
    uuid::Uuid::new_v4().as_u64_pair().0 >> 11
}

fn shortened(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_NAME)]
}
