//! What makes writes survive a power cut: the operating system is told to write its cache to the disk.

use std::sync::atomic::Ordering;

use super::{Collection, WAL_FOLDER};
use crate::error::{Error, Result};
use crate::files::sync_tree;

impl Collection {
    /// Has everything written so far, the files of the collection and their names reach the disk.
    pub(crate) fn make_durable(&self) -> Result<()> {
        self.flush_log()?;
        let folder = self.shard.path().parent().unwrap_or(self.shard.path());
        sync_tree(folder).map_err(|error| Error::storage(folder, error))?;
        self.unsynced.store(false, Ordering::Release);
        Ok(())
    }

    /// Has the files of the shard reach the disk.
    pub(super) fn sync_shard(&self) -> Result<()> {
        sync_tree(self.shard.path()).map_err(|error| Error::storage(self.shard.path(), error))
    }

    /// As [`make_durable`](Self::make_durable). It is tried again after the next interval when it fails,
    /// since the collection stays dirty.
    pub(crate) fn make_durable_in_background(&self) {
        if let Err(error) = self.make_durable() {
            tracing::error!(%error, "background flush failed");
        }
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
