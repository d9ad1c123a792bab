use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::{TableOfContent, indexes_of, settings_of};
use crate::error::{Error, Result};
use crate::model::CollectionConfig;
use crate::operation::Manage;
use crate::snapshot::PayloadSchema;
use crate::toc::create_collection::{check_new_name, in_the_way};
use crate::toc::{Entry, OptimizerPause, open_collection};

const STAGED: &str = "staged";

/// Collections that are ready to take their places in the store, and the aliases that come with them:
/// all of it, or nothing when there is an error. The answer is `true`.
pub struct StagedCollections {
    work: TempDir,
    collections: BTreeMap<String, Replaced>,
    aliases: BTreeMap<String, String>,
}

/// What a staged collection takes the place of.
struct Replaced {
    /// Settings of the one that was there, as far as they could be read.
    config: Option<CollectionConfig>,
    indexes: PayloadSchema,
    /// Keeps the store from waiting for its optimizer.
    _pause: Option<OptimizerPause>,
}

impl StagedCollections {
    pub(super) fn new(toc: &TableOfContent) -> Result<Self> {
        let work = toc.folder.work_folder()?;
        let staged = work.path().join(STAGED);
        fs::create_dir(&staged).map_err(|error| Error::storage(&staged, error))?;
        Ok(Self { work, collections: BTreeMap::new(), aliases: BTreeMap::new() })
    }

    /// A folder for what is needed on the way.
    pub(super) fn work(&self) -> &Path {
        self.work.path()
    }

    /// Where the folder of a collection is to be made.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.work().join(STAGED).join(name)
    }

    /// Says that the folder of a collection is made.
    pub(super) fn add(&mut self, toc: &TableOfContent, name: String) {
        let entry = toc.entries.read().get(&name).cloned();
        let config = entry.as_ref().and_then(|entry| settings_of(toc, entry).ok());
        let indexes = entry.as_deref().map(indexes_of).unwrap_or_default();
        let pause = entry.map(|entry| entry.pause_optimizer());
        self.collections.insert(name, Replaced { config, indexes, _pause: pause });
    }

    pub(super) fn add_aliases(&mut self, aliases: BTreeMap<String, String>) {
        self.aliases.extend(aliases);
    }
}

impl Manage for StagedCollections {
    type Output = bool;

    fn execute(self, toc: &TableOfContent) -> Result<bool> {
        let Self { work, collections, aliases } = self;
        // What was called before may still wait in line.
        let there = toc.entries.read().clone();
        let replaced: BTreeMap<_, _> =
            there.iter().filter(|(name, _)| collections.contains_key(*name)).collect();
        replaced.values().for_each(|entry| entry.drain());
        for (name, before) in &collections {
            check_place(toc, name, replaced.get(name).copied(), before)?;
        }
        let names: Vec<_> = collections.keys().cloned().collect();
        let before = toc.aliases.all();
        let mut after = before.clone();
        after.extend(aliases);
        toc.aliases.prepare(&after)?;
        // Windows does not rename folders with open files.
        let suspended: Vec<_> = replaced.iter().map(|(name, entry)| (*name, entry.suspend())).collect();
        let outcome = toc
            .folder
            // From here on a crash leaves the new ones.
            .stage_all(&work.path().join(STAGED))
            .and_then(|()| toc.aliases.replace(after))
            .and_then(|()| toc.folder.take_over_all_staged(&names));
        if outcome.is_err() {
            if let Err(error) = toc.folder.discard_all_staged() {
                tracing::error!(%error, "cannot remove recovered collections");
            }
            if let Err(error) = toc.aliases.replace(before) {
                tracing::error!(%error, "cannot restore the aliases");
            }
        }
        toc.aliases.forget_prepared();
        // All of them before the table is changed: who reads the table may wait for one of them.
        for (name, suspended) in suspended {
            suspended.end(open_collection(&toc.folder.collection(name), toc.shared.preset));
        }
        toc.folder.empty_removed();
        outcome?;
        for name in names.iter().filter(|name| !replaced.contains_key(name)) {
            toc.take_in(name.clone(), open_collection(&toc.folder.collection(name), toc.shared.preset));
        }
        for name in &names {
            toc.entry(name)?.read(|_| Ok(()))?;
        }
        Ok(true)
    }
}

/// Checks that nothing has changed in the place of a collection while it was made ready.
fn check_place(
    toc: &TableOfContent,
    name: &str,
    entry: Option<&Arc<Entry>>,
    before: &Replaced,
) -> Result<()> {
    match entry {
        Some(entry)
            if settings_of(toc, entry).ok() == before.config && indexes_of(entry) == before.indexes =>
        {
            Ok(())
        }
        Some(_) => Err(Error::BadRequest(format!("Collection `{name}` was changed while it was recovered"))),
        None => {
            check_new_name(toc, name)?;
            let path = toc.folder.collection(name);
            if path.exists() { Err(in_the_way(name, &path)) } else { Ok(()) }
        }
    }
}
