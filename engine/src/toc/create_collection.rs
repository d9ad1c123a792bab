use std::fs;
use std::io;
use std::path::Path;

use super::entry::Shared;
use super::{CREATING_MARKER, TableOfContent};
use crate::collection::{Collection, check_creation};
use crate::config::Durability;
use crate::error::{Error, Result};
use crate::files::{remove_marker, sync_folder, sync_tree, write_marker};
use crate::model::{CollectionConfig, CreateCollection, validate_collection_name};
use crate::operation::Manage;

/// Creates a collection. The answer is `true`.
///
/// # Errors
/// [`Error::AlreadyExists`] for a name that is taken, [`Error::WrongInput`] when it is an alias,
/// [`Error::Validation`] for settings out of range.
pub struct CreateCollectionNamed {
    /// Name of the new collection.
    pub name: String,
    /// Its settings.
    pub request: CreateCollection,
}

impl Manage for CreateCollectionNamed {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self { name, request } = self;
        validate_collection_name(&name)?;
        request.validate()?;
        if toc.entries.read().contains_key(&name) {
            return Err(Error::collection_exists(&name));
        }
        check_new_name(toc, &name)?;
        let path = toc.folder.collection(&name);
        let config = CollectionConfig::from_request(request.completed(toc.shared.preset))?;
        check_creation(&toc.folder.collections(), config.wal_config)?;
        fs::create_dir(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => in_the_way(&name, &path),
            _ => Error::storage(&path, error),
        })?;
        let collection = create_files(&path, config, &toc.shared).inspect_err(|_| {
            if let Err(error) = toc.folder.remove_collection(&name) {
                tracing::error!(%error, "cannot remove a half-made collection");
            }
        })?;
        toc.take_in(name, Ok(collection));
        Ok(true)
    }
}

/// An alias of the same name would stand in the way of the collection.
pub(super) fn check_new_name(toc: &TableOfContent, name: &str) -> Result<()> {
    match toc.aliases.get(name) {
        None => Ok(()),
        Some(_) => Err(Error::WrongInput(format!(
            "Can't create collection with name {name}. Alias with the same name already exists"
        ))),
    }
}

pub(super) fn in_the_way(name: &str, path: &Path) -> Error {
    Error::AlreadyExists(format!(
        "Collection `{name}` already exists: {} is in the way, perhaps of a name that differs in case only",
        path.display()
    ))
}

/// Fills a new collection's folder so that a crash leaves either a marked folder or a whole one.
fn create_files(path: &Path, config: CollectionConfig, shared: &Shared) -> Result<Collection> {
    begin_creation(path)?;
    let collection = Collection::create(path, config, shared.preset)?;
    finish_creation(path, shared.durability)?;
    Ok(collection)
}

pub(super) fn begin_creation(path: &Path) -> Result<()> {
    write_marker(&path.join(CREATING_MARKER))
}

pub(super) fn finish_creation(path: &Path, durability: Durability) -> Result<()> {
    if durability == Durability::Sync {
        sync_tree(path).map_err(|error| Error::storage(path, error))?;
    }
    remove_marker(&path.join(CREATING_MARKER))?;
    let Some(collections) = path.parent() else { return Ok(()) };
    sync_folder(collections).map_err(|error| Error::storage(collections, error))
}
