use std::path::PathBuf;

use super::{SnapshotScope, TableOfContent};
use crate::error::Result;
use crate::operation::Inspect;

/// Tells the path of a snapshot's file.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound) if there is none of that name.
pub struct LocateSnapshot {
    /// What it is of.
    pub scope: SnapshotScope,
    /// Its name.
    pub name: String,
}

impl Inspect for LocateSnapshot {
    type Output = PathBuf;

    fn execute(self, toc: &TableOfContent) -> Result<PathBuf> {
        let Self { scope, name } = self;
        toc.snapshot_folder(&scope)?.find(&name)
    }
}
