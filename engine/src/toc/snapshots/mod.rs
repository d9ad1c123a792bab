//! Snapshots of the store, of a collection and of its shard.

mod create;
mod create_full;
mod delete;
mod list;
mod locate;
mod recover;
mod recover_full;
mod staged;

use super::{Entry, TableOfContent};
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::model::CollectionConfig;
use crate::operation::Touches;
use crate::snapshot::{PayloadSchema, SnapshotFolder};

pub use create::CreateSnapshot;
pub use delete::DeleteSnapshot;
pub use list::ListSnapshots;
pub use locate::LocateSnapshot;
pub use recover::RecoverSnapshot;
pub use recover_full::RecoverFullSnapshot;
pub use staged::StagedCollections;

/// What a snapshot is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotScope {
    /// All collections, with their aliases.
    Storage,
    /// A collection, by its name or an alias.
    Collection(String),
    /// The data of a collection without its settings. There is shard 0 only.
    Shard {
        /// The collection, by its name or an alias.
        collection: String,
        /// Number of the shard.
        shard: u32,
    },
}

impl SnapshotScope {
    /// What a call for such a snapshot is about.
    pub fn touches(&self) -> Touches {
        match self {
            SnapshotScope::Storage => Touches::All,
            SnapshotScope::Collection(collection) | SnapshotScope::Shard { collection, .. } => {
                Touches::Name(collection.clone())
            }
        }
    }
}

impl TableOfContent {
    /// Where the snapshots are; the collection and the shard have to exist.
    fn snapshot_folder(&self, scope: &SnapshotScope) -> Result<SnapshotFolder> {
        let root = self.folder.snapshots();
        Ok(SnapshotFolder::new(match scope {
            SnapshotScope::Storage => root,
            SnapshotScope::Collection(collection) => root.join(self.entry(collection)?.name()),
            SnapshotScope::Shard { collection, shard } => {
                let entry = self.entry(collection)?;
                check_shard(*shard)?;
                root.join(entry.name()).join("shards").join(shard.to_string())
            }
        }))
    }
}

fn check_shard(shard: u32) -> Result<()> {
    if shard == 0 { Ok(()) } else { Err(Error::NotFound(format!("shard {shard} not found"))) }
}

/// The settings of a collection, even of one that cannot be opened, if they can be read.
fn settings_of(toc: &TableOfContent, entry: &Entry) -> Result<CollectionConfig> {
    entry
        .read(|collection| Ok(collection.settings()))
        .or_else(|error| Collection::stored_settings(&toc.folder.collection(entry.name())).map_err(|_| error))
}

/// The payload indexes of a collection; one that cannot be opened has none to tell.
fn indexes_of(entry: &Entry) -> PayloadSchema {
    entry.read(Collection::payload_schema).unwrap_or_default()
}
