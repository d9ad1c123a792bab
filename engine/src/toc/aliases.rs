//! Second names of collections.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use parking_lot::RwLock;

use crate::error::Result;
use crate::files::{read_json, write_json};

/// Alias → collection name.
pub(super) type AliasMap = BTreeMap<String, String>;

/// The aliases of a store, in memory and on disk.
pub(super) struct Aliases {
    file: PathBuf,
    map: RwLock<AliasMap>,
}

impl Aliases {
    /// Reads the aliases; those that were [prepared](Self::prepare), if what they were for is on its way.
    pub(super) fn load(file: &Path, take_prepared: bool) -> Result<Self> {
        let map = read_json(file)?.unwrap_or_default();
        let aliases = Self { file: file.to_owned(), map: RwLock::new(map) };
        if take_prepared && let Some(prepared) = read_json(&aliases.prepared_file())? {
            aliases.replace(prepared)?;
        }
        aliases.forget_prepared();
        Ok(aliases)
    }

    pub(super) fn get(&self, alias: &str) -> Option<String> {
        self.map.read().get(alias).cloned()
    }

    pub(super) fn all(&self) -> AliasMap {
        self.map.read().clone()
    }

    /// Removes the aliases of the collections that are not to be kept.
    pub(super) fn retain(&self, keep: impl Fn(&str) -> bool) -> Result<()> {
        let mut map = self.all();
        let before = map.len();
        map.retain(|_, collection| keep(collection));
        if map.len() == before { Ok(()) } else { self.replace(map) }
    }

    /// Notes on disk what the aliases will be, for a change of more than aliases.
    pub(super) fn prepare(&self, map: &AliasMap) -> Result<()> {
        write_json(&self.prepared_file(), map)
    }

    /// Ends such a change.
    pub(super) fn forget_prepared(&self) {
        let file = self.prepared_file();
        if file.exists()
            && let Err(error) = fs::remove_file(&file)
        {
            tracing::warn!(path = %file.display(), %error, "cannot delete prepared aliases yet");
        }
    }

    fn prepared_file(&self) -> PathBuf {
        self.file.with_file_name("prepared.json")
    }

    /// Replaces all aliases at one stroke, on disk first.
    pub(super) fn replace(&self, map: AliasMap) -> Result<()> {
        write_json(&self.file, &map)?;
        *self.map.write() = map;
        Ok(())
    }
}
