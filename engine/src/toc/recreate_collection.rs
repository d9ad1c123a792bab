use std::path::Path;

use super::create_collection::{begin_creation, check_new_name, finish_creation, in_the_way};
use super::entry::Shared;
use super::{TableOfContent, open_collection};
use crate::collection::{Collection, check_creation};
use crate::error::Result;
use crate::files::{remove_marker, write_marker};
use crate::model::{CollectionConfig, CreateCollection, validate_collection_name};
use crate::operation::Manage;

/// Marks the folder of a collection that has taken the place of another one, which may have had aliases.
const RECREATED_MARKER: &str = ".recreated";

/// Replaces a collection by a new, empty one, or creates it; aliases of the old one go with it. When
/// the new one cannot be created, the old one stays. The answer is `true`.
///
/// # Errors
/// [`Error::WrongInput`] when the name is an alias, [`Error::Validation`] for settings out of range.
pub struct RecreateCollection {
    /// Name of the collection.
    pub name: String,
    /// Settings of the new one.
    pub request: CreateCollection,
}

impl Manage for RecreateCollection {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self { name, request } = self;
        validate_collection_name(&name)?;
        let config = CollectionConfig::from_request(request.completed(toc.shared.preset))?;
        check_new_name(toc, &name)?;
        check_creation(&toc.folder.collections(), config.wal_config)?;
        let old = toc.entries.read().get(&name).cloned();
        let path = toc.folder.collection(&name);
        if old.is_none() && path.exists() {
            return Err(in_the_way(&name, &path));
        }
        // The new files are made elsewhere, and are let go of, since Windows does not rename folders
        // with open files.
        let staged = toc.folder.stage(&name)?;
        if let Err(error) = create_files(&staged, config, &toc.shared) {
            toc.folder.discard_staged(&name);
            return Err(error);
        }
        if let Some(entry) = &old {
            entry.drain();
            entry.close();
        }
        let replaced = toc.folder.take_over_staged(&name).map(drop);
        if replaced.is_err() {
            toc.folder.discard_staged(&name);
        }
        if replaced.is_ok() || old.is_some() {
            toc.take_in(name.clone(), open_collection(&path, toc.shared.preset));
        }
        replaced?;
        toc.folder.empty_removed();
        finish_recreation(toc, &name)?;
        toc.entry(&name)?.read(|_| Ok(true))
    }
}

/// The aliases go when the new collection is in its place; a crash may come first.
fn create_files(folder: &Path, config: CollectionConfig, shared: &Shared) -> Result<()> {
    begin_creation(folder)?;
    write_marker(&folder.join(RECREATED_MARKER))?;
    Collection::create(folder, config, shared.preset)?;
    finish_creation(folder, shared.durability)
}

/// Drops the aliases of the predecessor, if that has not been done.
pub(super) fn finish_recreation(toc: &TableOfContent, name: &str) -> Result<()> {
    let marker = toc.folder.collection(name).join(RECREATED_MARKER);
    if !marker.exists() {
        return Ok(());
    }
    toc.drop_aliases_of(name)?;
    remove_marker(&marker)
}
