use std::path::Path;

use super::TableOfContent;
use super::create::{random_peer, write_archive as write_collection};
use crate::disk::of_folder;
use crate::error::{Error, Result};
use crate::snapshot::{FullSnapshotContents, pack_full, reserve_room};

/// Writes the archive of the whole store, with the help of the folder `work`. A collection that is
/// deleted meanwhile is not in it.
pub(super) fn write_archive(toc: &TableOfContent, work: &Path, archive: &Path) -> Result<()> {
    let mut contents = FullSnapshotContents::default();
    let entries: Vec<_> = toc.entries.read().values().cloned().collect();
    for (number, entry) in entries.iter().enumerate() {
        let name = format!("{number}.snapshot");
        let was_open = entry.is_open();
        let written = write_collection(entry, random_peer(), work, &work.join(&name));
        if !was_open {
            // So that a store of many collections is not open as a whole.
            entry.rest_again();
        }
        match written {
            Ok(_) => drop(contents.collections.insert(entry.name().to_owned(), name)),
            Err(Error::NotFound(_)) if !toc.entries.read().contains_key(entry.name()) => {}
            Err(error) => return Err(error),
        }
    }
    contents.aliases = toc.aliases.all();
    contents.aliases.retain(|_, collection| contents.collections.contains_key(collection));
    let _room = reserve_room(work, of_folder(work) as u64)?;
    pack_full(work, &contents, archive)
}
