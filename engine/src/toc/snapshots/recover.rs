use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::staged::StagedCollections;
use super::{SnapshotScope, TableOfContent, check_shard, indexes_of, settings_of};
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::model::{CollectionConfig, SnapshotSource, validate_collection_name};
use crate::operation::Transfer;
use crate::preset::Preset;
use crate::snapshot::{SnapshotFolder, Unpacked, fetch, unpack_collection, unpack_shard};
use crate::toc::create_collection::check_new_name;

/// Makes a collection ready, with the points of a snapshot, that takes the place of one, or of none.
///
/// A collection that is there keeps its settings, aliases and payload indexes; the snapshot of a
/// collection has to have the same vectors. A new one gets all that the snapshot has.
///
/// # Errors
/// [`Error::BadRequest`] for a file that is no snapshot, [`Error::WrongInput`] for one with another
/// checksum, or that does not fit the collection.
pub struct RecoverSnapshot {
    /// Name of the collection, or an alias.
    pub collection: String,
    /// The shard, for the snapshot of one.
    pub shard: Option<u32>,
    /// Where the snapshot is.
    pub source: SnapshotSource,
}

impl Transfer for RecoverSnapshot {
    type Output = StagedCollections;

    fn execute(self, toc: &TableOfContent) -> Result<StagedCollections> {
        let Self { collection, shard, source } = self;
        let mut staged = StagedCollections::new(toc)?;
        let (name, snapshot) = match shard {
            None => whole(toc, collection, &source, staged.work())?,
            Some(shard) => one_shard(toc, collection, shard, &source, staged.work())?,
        };
        assemble(&staged.place(&name), &snapshot, toc.shared.preset)?;
        staged.add(toc, name);
        Ok(staged)
    }
}

/// Unpacks the snapshot of a collection.
fn whole(
    toc: &TableOfContent,
    name: String,
    source: &SnapshotSource,
    work: &Path,
) -> Result<(String, Unpacked)> {
    let entry = toc.entry(&name).ok();
    let name = entry.as_ref().map_or(name, |entry| entry.name().to_owned());
    if entry.is_none() {
        validate_collection_name(&name)?;
        check_new_name(toc, &name)?;
    }
    let folder = SnapshotFolder::new(toc.folder.snapshots().join(&name));
    let archive = fetch(source, &folder, work)?;
    let mut snapshot = unpack_collection(&archive, &work.join("unpacked"))?;
    if let Some(entry) = entry
        && let Ok(config) = settings_of(toc, &entry)
    {
        check_vectors(&config, &snapshot.config)?;
        snapshot.config = config;
        snapshot.payload_schema = indexes_of(&entry);
    }
    Ok((name, snapshot))
}

/// Unpacks the snapshot of a shard, which has no settings of its own.
fn one_shard(
    toc: &TableOfContent,
    collection: String,
    shard: u32,
    source: &SnapshotSource,
    work: &Path,
) -> Result<(String, Unpacked)> {
    let entry = toc.entry(&collection)?;
    check_shard(shard)?;
    let folder = toc.snapshot_folder(&SnapshotScope::Shard { collection, shard })?;
    let archive = fetch(source, &folder, work)?;
    let unpacked = work.join("unpacked");
    unpack_shard(&archive, &unpacked)?;
    let config = settings_of(toc, &entry)?;
    let snapshot = Unpacked { config, payload_schema: indexes_of(&entry), shards: vec![unpacked] };
    Ok((entry.name().to_owned(), snapshot))
}

/// Makes the files of a collection of what was unpacked.
pub(super) fn assemble(place: &Path, snapshot: &Unpacked, preset: Preset) -> Result<()> {
    let Unpacked { config, payload_schema, shards } = snapshot;
    let invalid = |reason: String| Error::BadRequest(format!("Invalid snapshot: {reason}"));
    // The engine trusts its files.
    let assembled = catch_unwind(AssertUnwindSafe(|| {
        Collection::assemble(place, config, shards, payload_schema, preset)
    }));
    assembled.unwrap_or_else(|_| Err(invalid("its files are damaged".to_owned()))).map_err(
        |error| match error {
            Error::Service(reason) | Error::WrongInput(reason) => invalid(reason),
            error => error,
        },
    )
}

fn check_vectors(collection: &CollectionConfig, snapshot: &CollectionConfig) -> Result<()> {
    let vectors = |config: &CollectionConfig| {
        let params = &config.params;
        serde_json::json!({ "vectors": params.vectors, "sparse_vectors": params.sparse_vectors })
    };
    let (collection, snapshot) = (vectors(collection), vectors(snapshot));
    if collection == snapshot {
        return Ok(());
    }
    Err(Error::WrongInput(format!(
        "Snapshot is not compatible with existing collection: Collection vectors: {collection} Snapshot Vectors: \
         {snapshot}"
    )))
}
