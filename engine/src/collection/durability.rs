//! What makes writes survive a power cut: the operating system is told to write its cache to the disk.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::{Collection, WAL_FOLDER};
use crate::error::{Error, Result};

impl Collection {
    /// Has everything written so far, the files of the collection and their names reach the disk.
    pub(crate) fn make_durable(&self) -> Result<()> {
        self.flush_log()?;
        let folder = self.shard.path().parent().unwrap_or(self.shard.path());
        sync_tree(folder).map_err(|error| Error::storage(folder, error))?;
        self.unsynced.store(false, Ordering::Release);
        Ok(())
    }

    /// Has the write-ahead log reach the disk, if something was written to it.
    pub(crate) fn sync_log(&self) -> Result<()> {
        if !self.unsynced.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        // The log is written through a memory map. On Linux a sync of the file takes that in; other
        // systems promise it only for the map itself, which is the engine's.
        let synced = if cfg!(target_os = "linux") {
            let log = self.shard.path().join(WAL_FOLDER);
            sync_tree(&log).map_err(|error| Error::storage(&log, error))
        } else {
            self.flush()
        };
        synced.inspect_err(|_| self.unsynced.store(true, Ordering::Release))
    }
}

/// Has a folder and all below it reach the disk. Files that vanish meanwhile were not needed: the
/// optimizer removes what it has replaced.
fn sync_tree(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(()); // takes a handle for writing, and the engine's flush has one
    }
    let gone = |error: io::Error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) };
    if let Err(error) = File::open(path).and_then(|file| file.sync_all()) {
        return gone(error);
    }
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {}
                Ok(_) => sync_tree(&entry.path())?,
                Err(error) => gone(error)?,
            }
        }
    }
    Ok(())
}
