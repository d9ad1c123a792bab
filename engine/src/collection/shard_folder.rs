//! Opening the shard with exactly the settings that the collection has, whatever a crash left of a
//! change of them.
//!
//! The collection's `config.json` comes first in every change, so it is what counts. The shard keeps a
//! copy, and each of its segments knows its vectors. The engine does not open a shard whose segments
//! disagree about those, and a vector is added to, or removed from, one segment after the other; to
//! one that is being optimized even later.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use qdrant_edge::{EdgeConfig, EdgeShard, SEGMENT_STATE_FILE, SegmentConfig, SegmentState};

use super::{duplicates, frozen_segments, read_ahead, torn_files};
use crate::error::{Error, Result};
use crate::files::{read_json, write_json};

/// The engine's names for the folder of the segments, and for those of a vector.
const SEGMENTS: &str = "segments";
const VECTORS: &str = "vector_storage";
const VECTOR_FOLDERS: [&str; 2] = [VECTORS, "vector_index"];

/// Where the engine's optimizer builds segments.
const UNFINISHED_SEGMENTS: &str = "temp_segments";

/// Opens the shard in `folder`, applying what its write-ahead log holds.
pub(super) fn open(folder: &Path, config: &EdgeConfig) -> Result<EdgeShard> {
    remove_unfinished_segments(folder)?;
    duplicates::restore_log(folder).map_err(|error| Error::storage(folder, error))?;
    let shard = open_once(folder, config)?;
    if has_vectors_of(&shard, config) {
        return Ok(shard);
    }
    // The log held a change of vectors that was taken back, or gone beyond. With everything flushed it
    // holds nothing.
    shard.flush()?;
    drop(shard);
    let shard = open_once(folder, config)?;
    if has_vectors_of(&shard, config) {
        return Ok(shard);
    }
    Err(Error::storage(folder, "the shard has other vectors than the collection"))
}

/// Removes what an optimization leaves that was not finished. The engine never does.
fn remove_unfinished_segments(folder: &Path) -> Result<()> {
    let unfinished = folder.join(UNFINISHED_SEGMENTS);
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::storage(&unfinished, error)),
        _ => Ok(()),
    }
}

fn has_vectors_of(shard: &EdgeShard, config: &EdgeConfig) -> bool {
    let opened = shard.config();
    opened.vectors == config.vectors && opened.sparse_vectors == config.sparse_vectors
}

fn open_once(folder: &Path, config: &EdgeConfig) -> Result<EdgeShard> {
    let segments = adapt_segments(folder, config)?;
    if segments.iter().any(|(.., is_mistakable)| *is_mistakable) {
        frozen_segments::thaw(folder, config, segments)?;
        adapt_segments(folder, config)?;
    }
    // Given alone, a setting that is `None` would leave that of the copy in force.
    let is_in_force = EdgeConfig::load(folder).is_some_and(|copy| copy.is_ok_and(|copy| copy == *config));
    if !is_in_force {
        config.save(folder)?;
    }
    EdgeShard::load(folder, Some(config.clone())).map_err(|error| Error::storage(folder, Error::from(error)))
}

/// Gives every segment the vectors of the collection. Returns their files, what is in them, and whether
/// the engine would take the segment for what it is not.
fn adapt_segments(folder: &Path, config: &EdgeConfig) -> Result<Vec<(PathBuf, SegmentState, bool)>> {
    let plain = config.plain_segment_config();
    let segments = folder.join(SEGMENTS);
    let mut states = Vec::new();
    for entry in fs::read_dir(&segments).map_err(|error| Error::storage(&segments, error))? {
        let segment = entry.map_err(|error| Error::storage(&segments, error))?.path();
        let file = segment.join(SEGMENT_STATE_FILE);
        // What is no segment, or none of this version, is the business of the engine.
        let Ok(Some(mut state)) = read_json::<SegmentState>(&file) else { continue };
        let is_adapted = adapt(&segment, &mut state.config, &plain)?;
        if read_ahead::adapt(&segment, &mut state.config, config) || is_adapted {
            write_json(&file, &state)?;
        }
        torn_files::mend(&segment)?;
        let is_mistakable = frozen_segments::is_mistakable(&segment, &state.config);
        states.push((file, state, is_mistakable));
    }
    Ok(states)
}

/// Gives a segment the vectors of the collection, and tells whether it had others. One that it does not
/// have is added without values, as the engine does with segments that do not grow any more; the engine
/// makes the files.
fn adapt(folder: &Path, config: &mut SegmentConfig, plain: &SegmentConfig) -> Result<bool> {
    let before = config.clone();
    config.vector_data.retain(|name, own| {
        plain.vector_data.get(name).is_some_and(|wanted| own.check_compatible(wanted).is_ok())
    });
    config.sparse_vector_data.retain(|name, _| plain.sparse_vector_data.contains_key(name));
    let gone = vectors(&before).filter(|name| !vectors(config).any(|kept| kept == *name));
    let gone: Vec<_> = gone.cloned().collect();
    let mut added = Vec::new();
    add_missing(&mut config.vector_data, &plain.vector_data, &mut added, |params| {
        params.quantization_config = None;
    });
    add_missing(&mut config.sparse_vector_data, &plain.sparse_vector_data, &mut added, |_| {});
    // Applies to queries only, but the engine wants all segments to agree.
    for (name, own) in &mut config.sparse_vector_data {
        own.modifier = plain.sparse_vector_data[name].modifier;
    }
    if gone.is_empty() && added.is_empty() {
        return Ok(*config != before);
    }
    tracing::warn!(?gone, ?added, path = %folder.display(), "a segment had other vectors than the collection");
    for name in gone.iter().chain(&added) {
        remove_vector_files(folder, name)?;
    }
    Ok(true)
}

fn vectors(config: &SegmentConfig) -> impl Iterator<Item = &String> {
    config.vector_data.keys().chain(config.sparse_vector_data.keys())
}

fn add_missing<T: Clone>(
    own: &mut HashMap<String, T>,
    wanted: &HashMap<String, T>,
    added: &mut Vec<String>,
    adapt: impl Fn(&mut T),
) {
    for (name, params) in wanted {
        if !own.contains_key(name) {
            let mut params = params.clone();
            adapt(&mut params);
            own.insert(name.clone(), params);
            added.push(name.clone());
        }
    }
}

/// Where a segment has the values of a vector.
pub(super) fn vector_folder(segment: &Path, name: &str) -> PathBuf {
    folder_of(segment, VECTORS, name)
}

fn folder_of(segment: &Path, prefix: &str, name: &str) -> PathBuf {
    segment.join(if name.is_empty() { prefix.to_owned() } else { format!("{prefix}-{name}") })
}

/// Of a vector that was removed nothing may come back with one of the same name.
fn remove_vector_files(segment: &Path, name: &str) -> Result<()> {
    for prefix in VECTOR_FOLDERS {
        let folder = folder_of(segment, prefix, name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| Error::storage(&folder, error))?;
        }
    }
    Ok(())
}
