use super::{SnapshotScope, TableOfContent};
use crate::error::Result;
use crate::model::SnapshotDescription;
use crate::operation::Inspect;

/// Lists snapshots by name.
pub struct ListSnapshots(
    /// What they are of.
    pub SnapshotScope,
);

impl Inspect for ListSnapshots {
    type Output = Vec<SnapshotDescription>;

    fn execute(self, toc: &TableOfContent) -> Result<Vec<SnapshotDescription>> {
        toc.snapshot_folder(&self.0)?.list()
    }
}
