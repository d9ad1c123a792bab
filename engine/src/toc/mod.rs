//! The table of content of one storage folder: its collections and their aliases.
//!
//! `storage_folder` holds the lock and the layout, `entry` one collection's queue and life cycle,
//! `aliases` the second names; each operation has its own file.

mod aliases;
mod create_collection;
mod delete_collection;
mod entry;
mod list_aliases;
mod list_collections;
mod recreate_collection;
mod snapshots;
mod storage_folder;
mod unflushed_collections;
mod update_aliases;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use qdrant_edge::ResourceBudget;

use crate::collection::{Collection, Session, load_settings};
use crate::config::Config;
use crate::engine::Runtimes;
use crate::error::{Error, Result};
use crate::model::validate_called_name;
use crate::operation::{Collections, Read};
use crate::preset::Preset;
use crate::snapshot::remove_leftovers;
use aliases::Aliases;
use entry::{OptimizerPause, Shared, resume};
use storage_folder::StorageFolder;
pub(crate) use storage_folder::is_removed;

pub use create_collection::CreateCollectionNamed;
pub use delete_collection::DeleteCollection;
pub(crate) use entry::Entry;
pub use list_aliases::ListAliases;
pub use list_collections::{CollectionExists, ListCollections};
pub use recreate_collection::RecreateCollection;
pub use snapshots::{
    CreateSnapshot, DeleteSnapshot, ListSnapshots, LocateSnapshot, RecoverFullSnapshot, RecoverSnapshot,
    SnapshotScope, StagedCollections,
};
pub(crate) use unflushed_collections::UnflushedCollections;
pub use update_aliases::UpdateAliases;

/// Marks the folder of a collection that is being created.
const CREATING_MARKER: &str = ".creating";

/// A year: such times can be added and multiplied.
const MAX_IDLE_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);

/// The collections and aliases of an open storage folder.
pub struct TableOfContent {
    entries: RwLock<BTreeMap<String, Arc<Entry>>>,
    aliases: Aliases,
    shared: Shared,
    // Last, so that the lock outlives the open files.
    folder: StorageFolder,
}

/// How an attempt to close everything ended.
pub(crate) enum Closing {
    /// All is closed. With an error, if the folder was removed, and with it what was not flushed: staying
    /// open would not bring it back. Optimizations may still hold files, and so the folder.
    Closed { outcome: Result<()>, is_optimizing: bool },
    /// All is open as before, for this reason.
    StillOpen(Error),
}

impl TableOfContent {
    /// Takes the lock of the folder and looks at what is in it; `root` is `None` for a temporary store. A
    /// collection is opened when it is needed, or soon, if the last process has left it something to do.
    pub(crate) fn open(config: &Config, root: Option<PathBuf>, runtimes: Runtimes) -> Result<Self> {
        let folder = StorageFolder::open(root)?;
        folder.empty_removed();
        let is_whole = |path: &Path| !is_unfinished(path);
        let aliases = Aliases::load(&folder.aliases_file(), folder.has_staged(is_whole))?;
        folder.finish_staged(is_whole)?;
        remove_leftovers(&folder.snapshots());
        let budget = ResourceBudget::new(config.optimizer_cpus, config.optimizer_cpus);
        let shared = Shared {
            runtimes,
            budget,
            durability: config.durability,
            preset: config.preset,
            idle_timeout: config.idle_timeout.min(MAX_IDLE_TIMEOUT),
        };
        let mut entries = BTreeMap::new();
        let mut unsettled = Vec::new();
        for name in collection_names(&folder)? {
            let path = folder.collection(&name);
            if is_unfinished(&path) {
                folder.remove_collection(&name)?;
                continue;
            }
            let is_unsettled = Collection::is_unsettled(&path);
            let entry = Entry::at_rest(name.clone(), path, &shared);
            if is_unsettled {
                unsettled.push(Arc::downgrade(&entry));
            }
            entries.insert(name, entry);
        }
        folder.empty_removed();
        let toc = Self { entries: RwLock::new(entries), aliases, shared, folder };
        toc.drop_dangling_aliases()?;
        for name in toc.entries.read().keys() {
            recreate_collection::finish_recreation(&toc, name)?;
        }
        toc.shared.runtimes.background.spawn(resume(unsettled));
        Ok(toc)
    }

    /// Takes in a collection that was opened, or the reason why it could not be opened.
    fn take_in(&self, name: String, opened: Result<Collection>) {
        let entry = Entry::new(name.clone(), self.folder.collection(&name), opened, &self.shared);
        self.entries.write().insert(name, entry);
    }

    /// The collection that `name`, or the alias `name`, stands for.
    pub(crate) fn entry(&self, name: &str) -> Result<Arc<Entry>> {
        let entries = self.entries.read();
        let resolved = match entries.get(name) {
            Some(entry) => Some(entry),
            None => self.aliases.get(name).and_then(|collection| entries.get(&collection)),
        };
        resolved.cloned().ok_or_else(|| {
            validate_called_name(name).err().unwrap_or_else(|| Error::collection_not_found(name))
        })
    }

    /// Runs a read of the collection that `name`, or the alias `name`, stands for.
    pub(crate) fn read<R: Read>(
        &self,
        name: &str,
        timeout: Option<Duration>,
        operation: R,
    ) -> Result<R::Output> {
        let entry = self.entry(name)?;
        if let Some(reason) = entry.damage() {
            let config = load_settings(&self.folder.collection(entry.name()));
            return operation.of_damaged(reason, config.ok());
        }
        entry.read(|collection| collection.check_limits(|limits| limits.timeout(timeout)))?;
        operation.run(entry.name(), self)
    }

    /// Flushes and closes everything. Only while nothing is in flight. Optimizations that run are waited
    /// for, but no longer than `patience` if it is given; none is begun any more.
    pub(crate) fn close(&self, patience: Option<Duration>) -> Closing {
        let deadline = patience.and_then(|patience| Instant::now().checked_add(patience));
        let entries: Vec<_> = self.entries.read().values().cloned().collect();
        let _held: Vec<_> = entries.iter().map(Entry::hold_optimizer).collect();
        let mut outcome = Ok(());
        // Before the wait, which nobody may want to see to its end.
        if let Err(error) = self.flush_all(&entries, &mut outcome) {
            return Closing::StillOpen(error);
        }
        let (optimized, others): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.is_optimized_by(deadline));
        // What came of it.
        if let Err(error) = self.flush_all(&entries, &mut outcome) {
            return Closing::StillOpen(error);
        }
        optimized.into_iter().for_each(|entry| entry.close());
        let is_optimizing = others.into_iter().filter(|entry| entry.leave_to_optimizer()).count() > 0;
        if is_optimizing {
            self.folder.remove_temporary();
        }
        Closing::Closed { outcome, is_optimizing }
    }

    /// Flushes all, or says in `outcome` that what was not flushed is lost with the folder.
    fn flush_all(&self, entries: &[Arc<Entry>], outcome: &mut Result<()>) -> Result<()> {
        for entry in entries {
            if let Err(error) = entry.flush() {
                if !self.folder.is_lost() {
                    return Err(error);
                }
                tracing::error!(collection = entry.name(), %error, "not flushed: the storage folder was removed");
                *outcome = Err(self.folder.lost(&error));
            }
        }
        Ok(())
    }

    /// Removes aliases of collections that are gone: a crash came between the removal of a
    /// collection and that of its aliases.
    fn drop_dangling_aliases(&self) -> Result<()> {
        self.aliases.retain(|collection| self.entries.read().contains_key(collection))
    }

    /// Removes the aliases of a collection.
    fn drop_aliases_of(&self, name: &str) -> Result<()> {
        self.aliases.retain(|collection| collection != name)
    }
}

impl Collections for TableOfContent {
    fn contains(&self, name: &str) -> bool {
        self.entry(name).is_ok()
    }

    fn enter<T>(&self, name: &str, read: impl FnOnce(&Collection) -> Result<T>) -> Result<T> {
        self.entry(name)?.read(read)
    }
}

fn collection_names(folder: &StorageFolder) -> Result<Vec<String>> {
    let path = folder.collections();
    let fail = |error| Error::storage(&path, error);
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        match entry.file_name().into_string() {
            Ok(name) if entry.path().is_dir() => names.push(name),
            _ => tracing::warn!(path = %entry.path().display(), "not a collection's folder: ignored"),
        }
    }
    Ok(names)
}

/// Opens a new collection's folder.
fn open_collection(path: &Path, preset: Preset) -> Result<Collection> {
    if is_unfinished(path) {
        return Err(Error::storage(path, "the collection has no files"));
    }
    Collection::open(path, preset, &mut Session::default())
}

/// Whether the creation of a collection's folder came to no end.
fn is_unfinished(path: &Path) -> bool {
    let is_empty = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || path.join(CREATING_MARKER).exists()
}
