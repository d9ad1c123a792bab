//! Making a collection of the shards of a snapshot.

use std::fs;
use std::path::{Path, PathBuf};

use qdrant_edge::{
    CreateIndex, EdgeConfig, EdgeShard, FieldIndexOperations, PointInsertOperations, PointOperations,
    PointStructPersisted, ScrollRequest, UpdateOperation, VectorStructPersisted, WithPayloadInterface,
    WithVector,
};

use super::copy_aside::log_files;
use super::{Collection, SHARD_FOLDER, settings};
use crate::error::{Error, Result};
use crate::files::sync_tree;
use crate::model::CollectionConfig;
use crate::preset::Preset;
use crate::snapshot::{PayloadSchema, WAL};

/// Points that are copied at once.
const PAGE: usize = 256;

/// Pages between flushes, which let go of what the log holds.
const PAGES_PER_FLUSH: usize = 64;

impl Collection {
    /// Makes a collection in the new folder `folder`, with all points of `shards`, which are used up by
    /// it, and with the payload indexes `indexes` beside those that the shards have. When this returns,
    /// all is on the disk and has been opened once.
    ///
    /// # Errors
    /// Why the shards are of no use with such settings.
    pub(crate) fn assemble(
        folder: &Path,
        config: &CollectionConfig,
        shards: &[PathBuf],
        indexes: &PayloadSchema,
        preset: Preset,
    ) -> Result<()> {
        let fail = |error| Error::storage(folder, error);
        let edge = config.edge_config(preset);
        fs::create_dir(folder).map_err(fail)?;
        let path = folder.join(SHARD_FOLDER);
        let shard = match shards {
            [only] if has_log(only) => {
                fs::rename(only, &path).map_err(fail)?;
                load(&path, &edge)?
            }
            shards => merge(&path, &edge, shards)?,
        };
        add_indexes(&shard, indexes)?;
        shard.flush()?;
        drop(shard);
        settings::save(folder, config)?;
        sync_tree(folder).map_err(fail)
    }
}

/// Without a log operations would be numbered anew, and those with lower numbers than the points have
/// would do nothing.
fn has_log(shard: &Path) -> bool {
    log_files(&shard.join(WAL)).is_ok_and(|files| !files.is_empty())
}

fn load(path: &Path, edge: &EdgeConfig) -> Result<EdgeShard> {
    let shard = EdgeShard::load(path, Some(edge.clone()))?;
    let loaded = shard.config();
    let fits = loaded.vectors == edge.vectors && loaded.sparse_vectors == edge.sparse_vectors;
    drop(loaded);
    if fits {
        Ok(shard)
    } else {
        Err(Error::Service("it has other vectors than its settings tell".to_owned()))
    }
}

/// Makes one shard of several.
fn merge(path: &Path, edge: &EdgeConfig, shards: &[PathBuf]) -> Result<EdgeShard> {
    let merged = EdgeShard::new(path, edge.clone())?;
    for path in shards {
        let shard = load(path, edge)?;
        copy_points(&shard, &merged)?;
        let indexes = shard.info()?.payload_schema.into_iter().filter_map(|(field, index)| {
            let schema =
                index.try_into().inspect_err(|error| tracing::warn!(%field, %error, "index not kept"));
            Some((field, schema.ok()?))
        });
        add_indexes(&merged, &indexes.collect())?;
        drop(shard);
        fs::remove_dir_all(path).map_err(|error| Error::storage(path, error))?;
    }
    Ok(merged)
}

fn copy_points(from: &EdgeShard, to: &EdgeShard) -> Result<()> {
    let mut offset = None;
    for page in 1.. {
        let (records, next) = from.scroll(ScrollRequest {
            offset,
            limit: Some(PAGE),
            filter: None,
            with_payload: Some(WithPayloadInterface::Bool(true)),
            with_vector: WithVector::Bool(true),
            order_by: None,
        })?;
        let points = records.into_iter().map(|record| PointStructPersisted {
            id: record.id,
            vector: record.vector.map_or_else(no_vectors, VectorStructPersisted::from),
            payload: record.payload,
        });
        let points = PointInsertOperations::PointsList(points.collect());
        to.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(points)))?;
        if page % PAGES_PER_FLUSH == 0 {
            to.flush()?;
        }
        offset = next;
        if offset.is_none() {
            break;
        }
    }
    Ok(())
}

fn no_vectors() -> VectorStructPersisted {
    VectorStructPersisted::Named(Default::default())
}

/// Adds payload indexes; in place of those of the same fields that are different.
fn add_indexes(shard: &EdgeShard, indexes: &PayloadSchema) -> Result<()> {
    let mut current = shard.info()?.payload_schema;
    for (field, schema) in indexes {
        if current.remove(field).is_some_and(|index| index.try_into().as_ref() == Ok(schema)) {
            continue;
        }
        let operation = FieldIndexOperations::CreateIndex(CreateIndex {
            field_name: field.clone(),
            field_schema: Some(schema.clone()),
        });
        shard.update(UpdateOperation::FieldIndexOperation(operation))?;
    }
    Ok(())
}
