//! A collection's settings: its `config.json`, and how the shard gets to know of changes.

use std::path::Path;

use qdrant_edge::{EdgeConfig, OperationResult, UpdateOperation, VectorNameOperations};

use super::{Collection, SHARD_FOLDER, shard_folder};
use crate::error::{Error, Result};
use crate::files::{read_json, write_json};
use crate::model::CollectionConfig;

const CONFIG_FILE: &str = "config.json";

/// Reads the settings of the collection in `folder`.
pub(crate) fn load(folder: &Path) -> Result<CollectionConfig> {
    let file = folder.join(CONFIG_FILE);
    read_json(&file)?.ok_or_else(|| Error::storage(&file, "the file is missing"))
}

pub(super) fn save(folder: &Path, config: &CollectionConfig) -> Result<()> {
    write_json(&folder.join(CONFIG_FILE), config)
}

impl Collection {
    /// The settings of the collection in `folder`, which may not be open.
    pub(crate) fn stored_settings(folder: &Path) -> Result<CollectionConfig> {
        load(folder)
    }

    /// The settings, a copy of them.
    pub(crate) fn settings(&self) -> CollectionConfig {
        self.config.read().clone()
    }

    /// Replaces the settings, on disk first. They may not outlive what was called before.
    pub(super) fn store_settings(&self, config: CollectionConfig) -> Result<()> {
        self.sync_log()?;
        save(&self.folder, &config)?;
        *self.config.write() = config;
        Ok(())
    }

    /// Takes new settings over if the open shard can: with what it is told its optimizer and its
    /// graphs. `false` if it has to be opened anew for that.
    ///
    /// # Errors
    /// When they could not be stored; the old ones are still in force.
    pub(crate) fn adopt(&self, config: &CollectionConfig) -> Result<bool> {
        let edge = config.edge_config(self.preset);
        let current = self.settings().edge_config(self.preset);
        if with_tunables_of(current.clone(), &edge) != edge {
            return Ok(false);
        }
        self.store_settings(config.clone())?;
        // Opening it anew also mends what went wrong with the copy that the shard keeps.
        Ok(self.tune_shard(&current, &edge).is_ok())
    }

    fn tune_shard(&self, current: &EdgeConfig, edge: &EdgeConfig) -> OperationResult<()> {
        if edge.hnsw_config != current.hnsw_config {
            self.shard.set_hnsw_config(edge.hnsw_config())?;
        }
        for (name, params) in &edge.vectors {
            if let Some(hnsw) = params.hnsw_config
                && current.vectors[name].hnsw_config != Some(hnsw)
            {
                self.shard.set_vector_hnsw_config(name, hnsw)?;
            }
        }
        if edge.optimizers != current.optimizers {
            self.shard.set_optimizers_config(edge.optimizers())?;
        }
        Ok(())
    }

    /// Adds or removes a vector and returns the number of the operation. The settings come first, since
    /// opening the collection gives the shard the vectors that they have.
    pub(super) fn change_vectors(
        &self,
        config: CollectionConfig,
        operation: VectorNameOperations,
    ) -> Result<u64> {
        // The log may hold vectors that do not fit the new settings.
        self.flush_log()?;
        let old = self.settings();
        self.store_settings(config)?;
        self.update(UpdateOperation::VectorNameOperation(operation)).or_else(|error| {
            self.store_settings(old)?;
            Err(error)
        })
    }

    /// Closes the shard and opens it with new settings; while no optimization runs. Returns the
    /// collection, with the old settings when there was an error, and the error; or why the collection
    /// can be opened with neither.
    pub(crate) fn reopened(self, config: CollectionConfig) -> Result<(Self, Result<()>)> {
        let old = self.settings();
        if let Err(error) = self.flush().and_then(|()| self.store_settings(config)) {
            return Ok((self, Err(error)));
        }
        let Self {
            folder,
            shard,
            config,
            next_operation,
            first_operation,
            dirty,
            unflushed,
            last_operation,
            unsynced,
            unsynced_segments,
            never_flushed,
            unsettled,
            widely_changed,
            optimizer,
            optimizer_log,
            queued_writes,
            durability,
            preset,
            rates,
        } = self;
        drop(shard);
        let shard_path = folder.join(SHARD_FOLDER);
        let open = |config: &CollectionConfig| shard_folder::open(&shard_path, &config.edge_config(preset));
        let opened = open(&config.read());
        let (shard, outcome) = match opened {
            Ok(shard) => (shard, Ok(())),
            Err(error) => {
                tracing::error!(%error, path = %folder.display(), "cannot open a collection with new settings");
                save(&folder, &old)?;
                let shard = open(&old)?;
                *config.write() = old;
                (shard, Err(error))
            }
        };
        let collection = Self {
            folder,
            shard,
            config,
            next_operation,
            first_operation,
            dirty,
            unflushed,
            last_operation,
            unsynced,
            unsynced_segments,
            never_flushed,
            unsettled,
            widely_changed,
            optimizer,
            optimizer_log,
            queued_writes,
            durability,
            preset,
            rates,
        };
        Ok((collection, outcome))
    }
}

/// `config` with those settings of `other` that an open shard takes over.
fn with_tunables_of(mut config: EdgeConfig, other: &EdgeConfig) -> EdgeConfig {
    config.hnsw_config = other.hnsw_config;
    config.optimizers = other.optimizers.clone();
    for (name, params) in &mut config.vectors {
        // One that is unset cannot be set this way, nor the reverse.
        let hnsw = other.vectors.get(name).and_then(|other| other.hnsw_config);
        params.hnsw_config = hnsw.or(params.hnsw_config);
    }
    config
}
