use std::path::Path;

use super::TableOfContent;
use super::create::{random_peer, write_archive as write_collection};
use crate::error::{Error, Result};
use crate::snapshot::{FullSnapshotContents, check_room, disk_usage, pack_full};

/// Writes the archive of the whole store, with the help of the folder `work`. A collection that is
/// deleted meanwhile is not in it.
pub(super) fn write_archive(toc: &TableOfContent, work: &Path, archive: &Path) -> Result<()> {
    let mut contents = FullSnapshotContents::default();
    let entries: Vec<_> = toc.entries.read().values().cloned().collect();
    for (number, entry) in entries.iter().enumerate() {
        let name = format!("{number}.snapshot");
        match write_collection(entry, random_peer(), work, &work.join(&name)) {
            Ok(_) => drop(contents.collections.insert(entry.name().to_owned(), name)),
            Err(Error::NotFound(_)) if !toc.entries.read().contains_key(entry.name()) => {}
            Err(error) => return Err(error),
        }
    }
    contents.aliases = toc.aliases.all();
    contents.aliases.retain(|_, collection| contents.collections.contains_key(collection));
    check_room(work, disk_usage(work).map_err(|error| Error::storage(work, error))?)?;
    pack_full(work, &contents, archive)
}
