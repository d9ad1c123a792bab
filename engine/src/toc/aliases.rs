//! Second names of collections.

use std::collections::BTreeMap;
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
    pub(super) fn load(file: &Path) -> Result<Self> {
        let map = read_json(file)?.unwrap_or_default();
        Ok(Self { file: file.to_owned(), map: RwLock::new(map) })
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

    /// Replaces all aliases at one stroke, on disk first.
    pub(super) fn replace(&self, map: AliasMap) -> Result<()> {
        write_json(&self.file, &map)?;
        *self.map.write() = map;
        Ok(())
    }
}
