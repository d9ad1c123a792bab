//! Segments that do not grow any more, and that their vectors do not show it of.
//!
//! The engine tells such a segment by the indexes of its vectors. When those vectors are removed, it
//! would open the segment as one that grows, and find no points in it. So it is opened once more as
//! what it is, by way of a vector that says so, and its points are moved to a segment that grows.

use std::fs;
use std::path::{Path, PathBuf};

use qdrant_edge::{
    EdgeConfig, EdgeShard, EdgeSparseVectorParams, SegmentConfig, SegmentState, SparseVectorDataConfig,
};
use serde_json::{Value, json};

use super::all_points::{for_each_page, touch};
use crate::error::{Error, Result};
use crate::files::write_json;

/// The ids of the points, in the form for segments that do not grow.
const FROZEN_IDS: [&str; 2] = ["id_tracker.mappings", "id_tracker.i2e"];

/// A vector that no point has. Sparse, since of those the engine makes missing files.
const MARKER: &str = ".frozen";

/// Whether the engine would take the segment in `folder` for what it is not.
pub(super) fn is_mistakable(folder: &Path, config: &SegmentConfig) -> bool {
    config.is_appendable() && FROZEN_IDS.iter().any(|file| folder.join(file).exists())
}

/// Moves the points of mistakable segments and removes those. `segments` are all of the shard, with
/// whether they are mistakable. A crash on the way leaves what [`is_mistakable`] finds again.
pub(super) fn thaw(
    folder: &Path,
    config: &EdgeConfig,
    segments: Vec<(PathBuf, SegmentState, bool)>,
) -> Result<()> {
    let mut config = config.clone();
    config.sparse_vectors.insert(MARKER.to_owned(), EdgeSparseVectorParams::default());
    let growing = config.plain_segment_config().sparse_vector_data.remove(MARKER);
    let growing = growing.ok_or_else(|| Error::Service("a sparse vector without settings".to_owned()))?;
    let frozen = frozen_form_of(&growing)?;
    let mut mistakable = Vec::new();
    for (file, mut state, is_mistakable) in segments {
        let form = if is_mistakable { &frozen } else { &growing };
        state.config.sparse_vector_data.insert(MARKER.to_owned(), *form);
        write_json(&file, &state)?;
        if is_mistakable && let Some(segment) = file.parent() {
            mistakable.push(segment.to_owned());
        }
    }
    tracing::warn!(?mistakable, path = %folder.display(), "points of segments without an index are moved");
    config.save(folder)?;
    let shard =
        EdgeShard::load(folder, Some(config)).map_err(|error| Error::storage(folder, Error::from(error)))?;
    for_each_page(&shard, |ids| Ok(shard.update(touch(ids))?))?;
    shard.flush()?;
    drop(shard);
    for segment in mistakable {
        fs::remove_dir_all(&segment).map_err(|error| Error::storage(&segment, error))?;
    }
    Ok(())
}

fn frozen_form_of(growing: &SparseVectorDataConfig) -> Result<SparseVectorDataConfig> {
    let edit = || -> serde_json::Result<SparseVectorDataConfig> {
        let mut form: Value = serde_json::to_value(growing)?;
        form["index"]["index_type"] = json!("Mmap");
        serde_json::from_value(form)
    };
    edit().map_err(|error| Error::Service(format!("cannot make the form of a segment: {error}")))
}
