//! Small metadata files, replaced atomically.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// How the names of files begin that are not in their place yet.
const NEW: &str = ".new-";

/// Replaces `path` by `value` as JSON: after a crash either the old or the new content is there.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let folder = parent(path);
    let write = || -> std::io::Result<()> {
        let mut file = new_file(folder)?;
        serde_json::to_writer_pretty(&mut file, value)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync_folder(folder)
    };
    write().map_err(|error| Error::storage(path, error))
}

/// A file to take its place in `folder` when it is whole. A crash may leave it for [`remove_leftovers`].
pub(crate) fn new_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    NamedTempFile::with_prefix_in(NEW, folder)
}

/// Reads `path`; `None` when there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Error::storage(path, format!("not readable as JSON: {error}"))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::storage(path, error)),
    }
}

/// Removes files of a [`write_json`] in `folder` that a crash cut short.
pub(crate) fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(NEW)
            && let Err(error) = fs::remove_file(entry.path())
        {
            tracing::warn!(path = %entry.path().display(), %error, "cannot delete an unfinished file");
        }
    }
}

/// Makes an empty file, for good.
pub(crate) fn write_marker(path: &Path) -> Result<()> {
    let write = || File::create(path)?.sync_all().and_then(|()| sync_folder(parent(path)));
    write().map_err(|error| Error::storage(path, error))
}

/// Removes a file, for good.
pub(crate) fn remove_marker(path: &Path) -> Result<()> {
    let remove = || fs::remove_file(path).and_then(|()| sync_folder(parent(path)));
    remove().map_err(|error| Error::storage(path, error))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Has a folder and all below it reach the disk. Files that vanish meanwhile were not needed: the
/// optimizer removes what it has replaced.
pub(crate) fn sync_tree(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Windows syncs only for those who may write.
        let synced = path.symlink_metadata().and_then(|metadata| match metadata.file_type() {
            kind if kind.is_dir() => sync_tree(&path),
            kind if kind.is_file() => File::options().write(true).open(&path)?.sync_all(),
            _ => Ok(()),
        });
        match synced {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            outcome => outcome?,
        }
    }
    sync_folder(folder)
}

/// Makes a folder, and those that it is in, durably; one may be there already.
pub(crate) fn create_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return fs::create_dir(folder) };
    create_folder(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

/// Makes creations, renames and removals in `folder` durable. Windows has no such call, and orders
/// them itself.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}
