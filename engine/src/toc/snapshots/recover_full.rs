use std::fs;

use super::recover::assemble;
use super::staged::StagedCollections;
use super::{SnapshotScope, TableOfContent};
use crate::error::{Error, Result};
use crate::model::{FullSnapshotSource, validate_collection_name};
use crate::operation::Transfer;
use crate::snapshot::{FullSnapshotContents, fetch, unpack_collection, unpack_full};
use crate::toc::create_collection::check_new_name;

/// Makes the collections and aliases of a snapshot of a whole storage ready to come into the store; all
/// else in it stays.
///
/// # Errors
/// [`Error::AlreadyExists`] for collections and aliases that are there, unless they are to be replaced.
pub struct RecoverFullSnapshot(
    /// Where it is, and whether it replaces what is there.
    pub FullSnapshotSource,
);

impl Transfer for RecoverFullSnapshot {
    type Output = StagedCollections;

    fn execute(self, toc: &TableOfContent) -> Result<StagedCollections> {
        let Self(FullSnapshotSource { source, force }) = self;
        let mut staged = StagedCollections::new(toc)?;
        let folder = toc.snapshot_folder(&SnapshotScope::Storage)?;
        let archive = fetch(&source, &folder, staged.work())?;
        let unpacked = staged.work().join("unpacked");
        let contents = unpack_full(&archive, &unpacked)?;
        check_names(toc, &contents, force.unwrap_or(false))?;
        let FullSnapshotContents { collections, aliases } = contents;
        for (name, file) in collections {
            let archive = unpacked.join(file);
            let folder = staged.work().join("collection");
            let snapshot = unpack_collection(&archive, &folder)?;
            assemble(&staged.place(&name), &snapshot, toc.shared.preset)?;
            staged.add(toc, name);
            // The disk has to hold only one of them twice.
            for used in [archive, folder] {
                let removed = if used.is_dir() { fs::remove_dir_all(&used) } else { fs::remove_file(&used) };
                removed.map_err(|error| Error::storage(&used, error))?;
            }
        }
        staged.add_aliases(aliases);
        Ok(staged)
    }
}

fn check_names(toc: &TableOfContent, contents: &FullSnapshotContents, force: bool) -> Result<()> {
    let FullSnapshotContents { collections, aliases } = contents;
    let exists = |kind: &str, name: &str| {
        Error::AlreadyExists(format!("{kind} `{name}` already exists! Use `force` to replace it"))
    };
    for name in collections.keys() {
        validate_collection_name(name)?;
        if toc.entries.read().contains_key(name) {
            if !force {
                return Err(exists("Collection", name));
            }
        } else {
            check_new_name(toc, name)?;
        }
    }
    for (alias, collection) in aliases {
        if !collections.contains_key(collection) {
            return Err(Error::BadRequest(format!(
                "Invalid snapshot: alias `{alias}` is of collection `{collection}`, which is not in it"
            )));
        }
        if collections.contains_key(alias) || toc.entries.read().contains_key(alias) {
            return Err(Error::collection_exists(alias));
        }
        if toc.aliases.get(alias).is_some_and(|current| current != *collection) && !force {
            return Err(exists("Alias", alias));
        }
    }
    Ok(())
}
