//! The numbers of operations. The engine skips an operation whose number is not above that of the last
//! change of a point, so numbers must never be given twice.
//!
//! They are the log's: it goes on from its last record. A power cut may cost the log its end, and not the
//! segments: the optimizer and the building of an index write segments to the disk whatever the log does.
//! Then the numbers that the segments have seen are passed over, by operations that do nothing.

use std::path::Path;
use std::sync::atomic::Ordering;

use qdrant_edge::{EdgeShard, PayloadOps, UpdateOperation};
use serde::Deserialize;
use serde_json::Value;

use super::{Collection, WAL_FOLDER};
use crate::error::{Error, Result};
use crate::files::read_json;

/// Where the engine keeps the number up to which a flush has made the log superfluous.
const ACKNOWLEDGED: &str = "first-index";

#[derive(Deserialize)]
struct Acknowledged {
    ack_index: u64,
}

impl Collection {
    /// Has the log give numbers above those that the segments have seen. Right after the opening.
    pub(super) fn pass_over_used_numbers(&self) -> Result<()> {
        let Some(last) = next_operation(&self.shard)?.checked_sub(1) else { return Ok(()) };
        if self.is_log_beyond(acknowledged(self.shard.path())?, last) {
            return Ok(());
        }
        // A flush acknowledges all that the segments have seen, or all that the log holds if that is less.
        // The log does not tell otherwise.
        self.flush_log()?;
        let held = acknowledged(self.shard.path())?;
        if self.is_log_beyond(held, last) {
            return Ok(());
        }
        tracing::warn!(?held, last, path = %self.shard.path().display(), "the log lost its end");
        for _ in held..=last {
            let nothing = PayloadOps::ClearPayload { points: Vec::new() };
            self.shard.update(UpdateOperation::PayloadOperation(nothing))?;
        }
        self.dirty.store(true, Ordering::Release);
        self.make_durable()
    }

    /// Whether a log that holds operations up to the number `held` gives numbers above `last`. One that
    /// holds nothing says zero, too, as a crash may leave it.
    fn is_log_beyond(&self, held: u64, last: u64) -> bool {
        held >= last && (held > 0 || !self.unsettled.load(Ordering::Acquire))
    }
}

/// Zero if nothing was acknowledged yet.
fn acknowledged(shard: &Path) -> Result<u64> {
    let file = shard.join(WAL_FOLDER).join(ACKNOWLEDGED);
    Ok(read_json::<Acknowledged>(&file)?.map_or(0, |known| known.ack_index))
}

/// The number after those that the segments have seen: each knows the last operation that changed it.
pub(super) fn next_operation(shard: &EdgeShard) -> Result<u64> {
    let manifest = serde_json::to_value(shard.snapshot_manifest()?)
        .map_err(|error| Error::Service(format!("cannot read the segment versions: {error}")))?;
    let versions = manifest.as_object().into_iter().flat_map(|segments| segments.values());
    let last = versions.filter_map(|segment| segment.get("segment_version").and_then(Value::as_u64)).max();
    let untouched = last.unwrap_or(0) == 0 && shard.info()?.points_count == 0;
    Ok(if untouched { 0 } else { last.map_or(0, |last| last + 1) })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};
    use tempfile::tempdir;

    use super::*;
    use crate::collection::{SHARD_FOLDER, Session};
    use crate::model::{CollectionConfig, ScrollPoints};
    use crate::operation::Read;
    use crate::preset::Preset;

    fn upsert(collection: &Collection, id: u64, tag: u64) {
        let point = json!({ "id": id, "vector": [1], "payload": { "tag": tag } });
        let operation = json!({ "upsert_points": { "points": [point] } });
        collection.update(serde_json::from_value(operation).unwrap()).unwrap();
    }

    fn tags(collection: &Collection) -> Vec<Value> {
        let request: ScrollPoints = serde_json::from_value(json!({})).unwrap();
        let page = serde_json::to_value(request.execute(collection).unwrap()).unwrap();
        page["points"].as_array().unwrap().iter().map(|point| point["payload"]["tag"].clone()).collect()
    }

    fn copy_files(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }

    #[test]
    fn writes_after_the_log_lost_its_end_are_not_taken_for_old_ones() {
        for (kept, lost) in [(0, 1), (0, 5), (1, 1), (1, 4), (7, 20)] {
            let folder = tempdir().unwrap();
            let settings = json!({ "vectors": { "size": 1, "distance": "Dot" } });
            let config = CollectionConfig::from_request(serde_json::from_value(settings).unwrap()).unwrap();
            let collection = Collection::create(folder.path(), config, Preset::Desktop).unwrap();
            (0..kept).for_each(|tag| upsert(&collection, 1, tag));
            collection.flush().unwrap();
            let log = folder.path().join(SHARD_FOLDER).join(WAL_FOLDER);
            let copy = folder.path().join("copy");
            copy_files(&log, &copy);
            (0..lost).for_each(|tag| upsert(&collection, 1, 100 + tag));
            drop(collection);
            fs::remove_dir_all(&log).unwrap();
            copy_files(&copy, &log);

            for tag in 1000..1003 {
                let opened =
                    Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
                upsert(&opened, 1, tag);
                assert_eq!(tags(&opened), [tag], "with {kept} operations kept and {lost} lost");
                drop(opened);
                let opened =
                    Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
                assert_eq!(tags(&opened), [tag], "with {kept} operations kept and {lost} lost, opened again");
            }
        }
    }
}
