use super::{SnapshotScope, TableOfContent};
use crate::error::Result;
use crate::operation::Transfer;

/// Deletes a snapshot. The answer is `true`.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound) if there is none of that name.
pub struct DeleteSnapshot {
    /// What it is of.
    pub scope: SnapshotScope,
    /// Its name.
    pub name: String,
}

impl Transfer for DeleteSnapshot {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self { scope, name } = self;
        toc.snapshot_folder(&scope)?.delete(&name)?;
        Ok(true)
    }
}
