//! Second names of collections.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parking_lot::RwLock;

use super::files::{read_json, write_json};
use crate::error::Result;

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

    /// Replaces all aliases at one stroke, on disk first.
    pub(super) fn replace(&self, map: AliasMap) -> Result<()> {
        write_json(&self.file, &map)?;
        *self.map.write() = map;
        Ok(())
    }
}
