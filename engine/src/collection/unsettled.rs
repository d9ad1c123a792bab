//! The mark of a collection that may have something to do without being asked: an optimization, or
//! repeating what only its log holds. Thus a start of the store sees which collections to open, without
//! opening any.
//!
//! It is not synced. A power cut may take it away; then those things are done when the collection is used.

use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::Ordering;

use super::Collection;
use crate::error::Result;

const MARK: &str = ".unsettled";

impl Collection {
    /// Whether the collection in `folder`, which may not be open, has the mark.
    pub(crate) fn is_unsettled(folder: &Path) -> bool {
        folder.join(MARK).exists()
    }

    /// Sets the mark, if it is not set.
    pub(super) fn mark_unsettled(&self) {
        if self.unsettled.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = File::create(self.folder.join(MARK)) {
            tracing::warn!(%error, path = %self.folder.display(), "cannot mark a collection as changed");
        }
    }

    /// Writes to the disk what may not have reached it, and removes the mark. Must not run beside a write, and
    /// is called before the files are closed.
    pub(crate) fn settle(&self) -> Result<()> {
        self.end_log();
        let is_unsettled = self.unsettled.load(Ordering::Acquire);
        if is_unsettled || self.is_dirty() || self.unsynced.load(Ordering::Acquire) {
            self.make_durable()?;
        }
        self.forget_unsettled();
        Ok(())
    }

    /// Removes the mark, unless there is something left to optimize. Once all is flushed.
    pub(crate) fn forget_unsettled(&self) {
        let optimizer = self.optimizer_state();
        if optimizer.pending || optimizer.error.is_some() || !self.unsettled.swap(false, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = fs::remove_file(self.folder.join(MARK)) {
            tracing::warn!(%error, path = %self.folder.display(), "cannot remove the mark of a collection");
        }
    }
}
