//! The storage folder: its lock, its format, and where things are in it.
//!
//! ```text
//! .lock, .lock.pid     the OS lock, and who holds it
//! format.json          version of this layout
//! aliases/data.json    alias → collection
//! collections/<name>/  config.json and the shard's folder `0/`
//! .staged/<name>/      collections that are to replace those of the same name
//! .removed/            collections on their way out
//! .work/               what is being made or unpacked; of no use after a crash
//! snapshots/           snapshots of the whole store
//! snapshots/<name>/    those of a collection; `shards/0/` of its shard
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::error::{Error, Fault, Result};
use crate::files::{read_json, remove_leftovers, sync_folder, write_json};

/// Version of the folder layout that this code writes, and the newest that it reads.
const FORMAT: u32 = 1;

const LOCK: &str = ".lock";
/// Beside the lock, since a locked file cannot be read on Windows.
const LOCK_HOLDER: &str = ".lock.pid";
const FORMAT_FILE: &str = "format.json";
const COLLECTIONS: &str = "collections";
const ALIASES: &str = "aliases";
const STAGED: &str = ".staged";
const REMOVED: &str = ".removed";
const WORK: &str = ".work";
const SNAPSHOTS: &str = "snapshots";

#[derive(Serialize, Deserialize)]
struct Format {
    format: u32,
    written_by: String,
}

/// A storage folder that this process holds.
pub(super) struct StorageFolder {
    root: PathBuf,
    // Fields drop in order: the lock is released before a temporary folder is removed.
    _lock: File,
    temporary: Option<TempDir>,
}

impl StorageFolder {
    /// Takes the lock of the folder `root` and checks that it is ours. `None` makes a temporary one.
    pub(super) fn open(root: Option<PathBuf>) -> Result<Self> {
        let (root, temporary) = match root {
            Some(root) => (root, None),
            None => {
                let folder =
                    tempfile::Builder::new().prefix("qdrant-embedded-").tempdir().map_err(|error| {
                        Error::Service(format!("cannot create a folder for the in-memory store: {error}"))
                    })?;
                (folder.path().to_owned(), Some(folder))
            }
        };
        let lock = lock(&root)?;
        let folder = Self { root, _lock: lock, temporary };
        remove_leftovers(&folder.root);
        folder.check_format()?;
        for path in [
            folder.collections(),
            folder.root.join(ALIASES),
            folder.staged(),
            folder.removed(),
            folder.work(),
            folder.snapshots(),
        ] {
            fs::create_dir_all(&path).map_err(|error| Error::storage(&path, error))?;
            remove_leftovers(&path);
        }
        empty(&folder.work());
        Ok(folder)
    }

    /// Removes a temporary folder, as far as the system allows while it is in use.
    pub(super) fn remove_temporary(&self) {
        if self.temporary.is_some()
            && let Err(error) = fs::remove_dir_all(&self.root)
        {
            tracing::warn!(path = %self.root.display(), %error, "cannot remove a temporary folder yet");
        }
    }

    /// Whether somebody has removed the folder meanwhile.
    pub(super) fn is_lost(&self) -> bool {
        is_removed(&self.root)
    }

    /// What is to be told of a flush that failed because the folder is lost.
    pub(super) fn lost(&self, error: &Error) -> Error {
        let reason =
            format!("the folder was removed while it was open, and with it what was not flushed: {error}");
        Error::storage(&self.root, Fault::Refusal(reason))
    }

    pub(super) fn collections(&self) -> PathBuf {
        self.root.join(COLLECTIONS)
    }

    pub(super) fn collection(&self, name: &str) -> PathBuf {
        self.collections().join(name)
    }

    pub(super) fn aliases_file(&self) -> PathBuf {
        self.root.join(ALIASES).join("data.json")
    }

    /// Where snapshots of the whole store are; those of collections are in folders of their names.
    pub(super) fn snapshots(&self) -> PathBuf {
        self.root.join(SNAPSHOTS)
    }

    /// Makes a folder for files that are needed for a while only.
    pub(super) fn work_folder(&self) -> Result<TempDir> {
        let work = self.work();
        TempDir::new_in(&work).map_err(|error| Error::storage(&work, error))
    }

    fn work(&self) -> PathBuf {
        self.root.join(WORK)
    }

    fn removed(&self) -> PathBuf {
        self.root.join(REMOVED)
    }

    fn staged(&self) -> PathBuf {
        self.root.join(STAGED)
    }

    /// Makes a folder for the successor of the collection `name`.
    pub(super) fn stage(&self, name: &str) -> Result<PathBuf> {
        self.discard_staged(name);
        let path = self.staged().join(name);
        fs::create_dir(&path).map_err(|error| Error::storage(&path, error))?;
        Ok(path)
    }

    /// Makes the folders in `successors` the successors of the collections of the same names, all at one
    /// stroke.
    pub(super) fn stage_all(&self, successors: &Path) -> Result<()> {
        let staged = self.staged();
        self.discard_all_staged()
            .and_then(|()| fs::remove_dir(&staged))
            .and_then(|()| fs::rename(successors, &staged))
            .and_then(|()| sync_folder(&self.root))
            .map_err(|error| Error::storage(&staged, error))
    }

    /// Gives a successor up.
    pub(super) fn discard_staged(&self, name: &str) {
        let path = self.staged().join(name);
        if path.exists()
            && let Err(error) = self.remove(&path)
        {
            tracing::warn!(path = %path.display(), %error, "cannot remove an unfinished collection");
        }
    }

    /// Gives all successors up.
    pub(super) fn discard_all_staged(&self) -> io::Result<()> {
        let staged = self.staged();
        if staged.exists() {
            self.remove(&staged)?;
        }
        fs::create_dir(&staged)
    }

    /// Puts the successors of collections in their places: all, or none when there is an error. Once
    /// they are closed, that is; a crash in between is mended by [`Self::finish_staged`].
    pub(super) fn take_over_all_staged(&self, names: &[String]) -> Result<()> {
        let mut done: Vec<(&str, Option<PathBuf>)> = Vec::new();
        for name in names {
            match self.take_over_staged(name) {
                Ok(removed) => done.push((name, removed)),
                Err(error) => {
                    for (name, removed) in done.into_iter().rev() {
                        if let Err(error) = self.put_back(name, removed.as_deref()) {
                            tracing::error!(collection = name, %error, "cannot put a collection back");
                        }
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn put_back(&self, name: &str, removed: Option<&Path>) -> io::Result<()> {
        let place = self.collection(name);
        self.remove(&place)?;
        removed.map_or(Ok(()), |removed| fs::rename(removed, place))
    }

    /// Puts the successor of the collection `name` in its place. Once it is closed, that is; a crash in
    /// between is mended by [`Self::finish_staged`]. Where the files of the old one are then is the
    /// answer.
    pub(super) fn take_over_staged(&self, name: &str) -> Result<Option<PathBuf>> {
        let place = self.collection(name);
        let removed = if place.exists() { Some(self.remove_collection(name)?) } else { None };
        let from = self.staged().join(name);
        fs::rename(&from, &place)
            .and_then(|()| sync_folder(&self.staged()))
            .and_then(|()| sync_folder(&self.collections()))
            .map_err(|error| {
                if let Some(removed) = removed.as_ref().filter(|_| !place.exists())
                    && let Err(error) = fs::rename(removed, &place)
                {
                    tracing::error!(path = %removed.display(), %error, "cannot put a collection back");
                }
                Error::storage(&from, error)
            })?;
        Ok(removed)
    }

    /// Whether there are successors that are whole, and so were to take over when the process ended.
    pub(super) fn has_staged(&self, is_whole: impl Fn(&Path) -> bool) -> bool {
        fs::read_dir(self.staged()).into_iter().flatten().flatten().any(|entry| is_whole(&entry.path()))
    }

    /// Finishes what a crash has interrupted: successors that are whole take over, others are given up.
    pub(super) fn finish_staged(&self, is_whole: impl Fn(&Path) -> bool) -> Result<()> {
        let staged = self.staged();
        for entry in fs::read_dir(&staged).map_err(|error| Error::storage(&staged, error))? {
            let entry = entry.map_err(|error| Error::storage(&staged, error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_whole(&entry.path()) {
                self.take_over_staged(&name)?;
            } else {
                self.discard_staged(&name);
            }
        }
        Ok(())
    }

    /// Takes a collection's folder out of the store at one stroke. The files are removed afterwards
    /// by [`Self::empty_removed`]; until then they are where the answer says.
    pub(super) fn remove_collection(&self, name: &str) -> Result<PathBuf> {
        let from = self.collection(name);
        let removed = self.remove(&from).and_then(|to| sync_folder(&self.collections()).map(|()| to));
        removed.map_err(|error| Error::storage(&from, error))
    }

    fn remove(&self, path: &Path) -> io::Result<PathBuf> {
        let to = self.removed().join(uuid::Uuid::new_v4().to_string());
        fs::rename(path, &to)?;
        Ok(to)
    }

    /// Deletes the files of removed collections. What cannot be deleted now is tried again at the
    /// next opening.
    pub(super) fn empty_removed(&self) {
        empty(&self.removed());
    }

    /// Refuses folders that hold something else, and formats that are newer than this code.
    fn check_format(&self) -> Result<()> {
        let path = self.root.join(FORMAT_FILE);
        match read_json::<Format>(&path)? {
            Some(found) if found.format > FORMAT => Err(Error::storage(
                &path,
                format!(
                    "the folder has format {}, written by qdrant-embedded {}; this version reads up to {FORMAT}: \
                     upgrade qdrant-embedded",
                    found.format, found.written_by
                ),
            )),
            Some(_) => Ok(()),
            None => {
                if let Some(stranger) = self.first_stranger()? {
                    return Err(Error::storage(
                        &stranger,
                        "the folder is not empty, and has no format.json of qdrant-embedded: choose another folder \
                         (data of a Qdrant server comes in through its snapshots)",
                    ));
                }
                write_json(
                    &path,
                    &Format { format: FORMAT, written_by: env!("CARGO_PKG_VERSION").to_owned() },
                )
            }
        }
    }

    fn first_stranger(&self) -> Result<Option<PathBuf>> {
        let entries = fs::read_dir(&self.root).map_err(|error| Error::storage(&self.root, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Error::storage(&self.root, error))?;
            let name = entry.file_name();
            if name != LOCK && name != LOCK_HOLDER {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }
}

impl Drop for StorageFolder {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.root.join(LOCK_HOLDER));
    }
}

/// Deletes what is in a folder, as far as that is possible now.
fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        if let Err(error) = removed {
            tracing::warn!(path = %path.display(), %error, "cannot delete what is not needed any more");
        }
    }
}

/// Whether the folder `root`, once opened, was removed: from its first opening on it has a file for the lock.
/// One that cannot be looked at at present is still there.
pub(crate) fn is_removed(root: &Path) -> bool {
    matches!(root.join(LOCK).try_exists(), Ok(false))
}

fn lock(root: &Path) -> Result<File> {
    let lock_file = root.join(LOCK);
    let holder_file = root.join(LOCK_HOLDER);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_file)
        .map_err(|error| Error::storage(&lock_file, error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&holder_file).ok().and_then(|text| text.trim().parse().ok());
            return Err(Error::StorageLocked { lock_file, pid });
        }
        Err(TryLockError::Error(error)) => return Err(Error::storage(&lock_file, error)),
    }
    fs::write(&holder_file, process::id().to_string())
        .map_err(|error| Error::storage(&holder_file, error))?;
    Ok(file)
}
