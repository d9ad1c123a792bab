//! How much room data takes, as far as it can be told without reading it.

use std::fs;

use qdrant_edge::{EdgeShard, VectorStorageDatatype};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};

use crate::disk::of_folder;
use crate::error::Result;

const SEGMENTS: &str = "segments";
const VECTOR_STORAGE: &str = "vector_storage";
const PAYLOAD_STORAGE: &str = "payload_storage";

/// Bytes of the vectors: of dense ones by their number, of others by what their files take on the disk.
pub(super) fn of_vectors(shard: &EdgeShard) -> Result<usize> {
    let points = shard.info()?.points_count;
    let config = shard.config();
    let dense = config.vectors.iter().map(|(name, params)| match params.multivector_config {
        Some(_) => on_disk(shard, &storage_of(name)),
        None => points.saturating_mul(params.size).saturating_mul(bits(params.datatype)) / 8,
    });
    let sparse = config.sparse_vectors.keys().map(|name| on_disk(shard, &storage_of(name)));
    Ok(dense.chain(sparse).fold(0, usize::saturating_add))
}

/// Bytes that the payload takes on the disk.
pub(super) fn of_payload(shard: &EdgeShard) -> usize {
    on_disk(shard, PAYLOAD_STORAGE)
}

/// Memory of this process in percent of the machine's, or `None` where the system does not tell.
pub(super) fn resident_memory_percent() -> Option<u8> {
    let pid = get_current_pid().ok()?;
    let mut system = System::new();
    system.refresh_memory();
    let memory = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, memory);
    let used = system.process(pid)?.memory();
    let percent = used.saturating_mul(100).checked_div(system.total_memory())?;
    u8::try_from(percent).ok()
}

fn storage_of(vector: &str) -> String {
    if vector.is_empty() { VECTOR_STORAGE.to_owned() } else { format!("{VECTOR_STORAGE}-{vector}") }
}

fn bits(datatype: Option<VectorStorageDatatype>) -> usize {
    match datatype {
        None | Some(VectorStorageDatatype::Float32) => 32,
        Some(VectorStorageDatatype::Float16 | VectorStorageDatatype::Turbo16) => 16,
        Some(VectorStorageDatatype::Uint8 | VectorStorageDatatype::Turbo8) => 8,
        Some(VectorStorageDatatype::Turbo4) => 4,
    }
}

/// Bytes on the disk of a folder that each segment has. A segment that goes meanwhile counts for nothing.
fn on_disk(shard: &EdgeShard, folder: &str) -> usize {
    let segments = fs::read_dir(shard.path().join(SEGMENTS)).into_iter().flatten().flatten();
    segments.map(|segment| of_folder(&segment.path().join(folder))).fold(0, usize::saturating_add)
}
