//! Which vectors the engine reads into memory when it opens a segment.
//!
//! Vectors of a segment that grows are in files of 32 MB, mostly holes at first. Unless they are to stay on
//! the disk, the engine reads such a file as a whole, and few vectors take 32 MB of memory. It is the segment's
//! own settings that it goes by. They may differ from those of the collection, if those leave the place of the
//! vectors open.

use std::path::Path;

use qdrant_edge::{EdgeConfig, Memory, SegmentConfig};

use super::shard_folder::vector_folder;
use crate::disk::of_folder;

/// Vectors that take less on the disk are read when they are needed.
const MIN_READ_AHEAD: usize = 4 * 1024 * 1024;

/// Has the engine read the vectors of the segment in `folder` ahead if they are worth it, where the collection
/// leaves it open. Tells whether the settings of the segment were changed.
pub(super) fn adapt(folder: &Path, segment: &mut SegmentConfig, collection: &EdgeConfig) -> bool {
    let with_memory = |memory| {
        let mut config = collection.clone();
        config.vectors.values_mut().for_each(|params| params.memory = Some(memory));
        config.plain_segment_config().vector_data
    };
    let (cold, cached) = (with_memory(Memory::Cold), with_memory(Memory::Cached));
    let mut is_changed = false;
    for (name, params) in &collection.vectors {
        let Some(own) = segment.vector_data.get_mut(name) else { continue };
        let (cold, cached) = (cold[name].storage_type, cached[name].storage_type);
        let does_grow = own.storage_type == cold || own.storage_type == cached;
        if params.memory_placement().is_some() || !does_grow {
            continue;
        }
        let is_small = of_folder(&vector_folder(folder, name)) < MIN_READ_AHEAD;
        let wanted = if is_small { cold } else { cached };
        is_changed |= own.storage_type != wanted;
        own.storage_type = wanted;
    }
    is_changed
}
