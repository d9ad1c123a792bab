//! Archives of a whole storage: the archives of its collections, and which is which.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::CONFIG_FILE;
use super::pack::Tar;
use super::unpack::{Place, invalid, read_archived, unpack};
use crate::error::{Error, Result};

/// What is in the archive of a storage.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FullSnapshotContents {
    /// Collection → its archive.
    #[serde(rename = "collections_mapping")]
    pub collections: BTreeMap<String, String>,
    /// Alias → collection.
    #[serde(rename = "collections_aliases", default)]
    pub aliases: BTreeMap<String, String>,
}

/// Writes the archive of a storage; the archives of its collections are in `folder`.
pub(crate) fn pack_full(folder: &Path, contents: &FullSnapshotContents, archive: &Path) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut tar = Tar::create(archive)?;
        for name in contents.collections.values() {
            tar.append_file(Path::new(name), &folder.join(name))?;
        }
        tar.append_json(CONFIG_FILE, contents)?;
        tar.finish()
    };
    write().map_err(|error| Error::storage(archive, error))
}

/// Unpacks the archive of a storage into the new folder `target`, where then the archives of its
/// collections are.
pub(crate) fn unpack_full(archive: &Path, target: &Path) -> Result<FullSnapshotContents> {
    unpack(archive, target, |path| match path {
        [name] => Place::File(PathBuf::from(name)),
        _ => Place::Nowhere,
    })?;
    let contents: FullSnapshotContents = read_archived(target, CONFIG_FILE)?
        .ok_or_else(|| invalid("it holds no config.json, so it is not of a whole storage"))?;
    for (collection, name) in &contents.collections {
        if !super::folder::is_file_name(name) || !target.join(name).is_file() {
            return Err(invalid(format_args!("it lacks {name:?}, the archive of collection `{collection}`")));
        }
    }
    Ok(contents)
}
