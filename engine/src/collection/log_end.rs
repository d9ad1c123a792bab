//! Keeping the last operation of the log small.
//!
//! The log keeps its last operation for the number, also when all of it is in the segments, and whoever opens
//! the shard reads it again. With a batch of vectors that is most of the time until the first answer.

use std::sync::atomic::Ordering;

use qdrant_edge::{FieldIndexOperations, JsonPath, UpdateOperation};

use super::{Collection, disk_space};
use crate::error::Result;

/// Bytes of an operation from which another one is worth its while.
const WORTH_AN_END: u64 = 64 * 1024;

/// No field has this name; if one does, and has an index, the log is left alone.
const NO_FIELD: &str = "\"qdrant-embedded: no field\"";

impl Collection {
    /// [Flushes](Self::flush) for the last time before the files are closed.
    pub(crate) fn flush_at_end(&self) -> Result<()> {
        self.end_log();
        self.flush()
    }

    /// Logs an operation that changes nothing, but is counted by all segments, if the last one is large. Before
    /// the last flush; must not run beside a write.
    pub(super) fn end_log(&self) {
        if self.last_operation.load(Ordering::Acquire) < WORTH_AN_END {
            return;
        }
        if let Err(error) = self.log_nothing() {
            tracing::warn!(%error, path = %self.shard.path().display(), "opening the log will take longer");
        }
    }

    fn log_nothing(&self) -> Result<()> {
        let Ok(field) = NO_FIELD.parse::<JsonPath>() else { return Ok(()) };
        if self.shard.info()?.payload_schema.contains_key(&field) {
            return Ok(());
        }
        disk_space::check_write(self.shard.path(), self.config.read().wal_config, 0)?;
        self.log(UpdateOperation::FieldIndexOperation(FieldIndexOperations::DeleteIndex(field)))?;
        self.last_operation.store(0, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::{Value, json};

    use super::*;
    use crate::collection::{SHARD_FOLDER, Session, WAL_FOLDER};
    use crate::model::{CollectionConfig, CountPoints};
    use crate::operation::Read;
    use crate::preset::Preset;

    const SIZE: usize = 1024;

    fn collection(folder: &Path) -> Collection {
        let settings = json!({ "vectors": { "size": SIZE, "distance": "Dot" } });
        let config = CollectionConfig::from_request(serde_json::from_value(settings).unwrap()).unwrap();
        Collection::create(folder, config, Preset::Desktop).unwrap()
    }

    fn upsert(collection: &Collection, ids: std::ops::Range<u64>) -> u64 {
        let points: Vec<_> = ids.map(|id| json!({ "id": id, "vector": vec![0.5; SIZE] })).collect();
        let operation = json!({ "upsert_points": { "points": points } });
        collection.update(serde_json::from_value(operation).unwrap()).unwrap()
    }

    /// The operation that the next opening begins with.
    fn first_to_repeat(folder: &Path) -> Value {
        let file = folder.join(SHARD_FOLDER).join(WAL_FOLDER).join("first-index");
        let state: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        state["ack_index"].clone()
    }

    #[test]
    fn a_settled_collection_leaves_no_large_operation_to_repeat() {
        let folder = tempfile::tempdir().unwrap();
        let collection = collection(folder.path());
        let large = upsert(&collection, 0..50);
        collection.flush().unwrap();
        assert_eq!(first_to_repeat(folder.path()), large);
        collection.settle().unwrap();
        assert_eq!(first_to_repeat(folder.path()), large + 1);
        let small = upsert(&collection, 50..51);
        collection.settle().unwrap();
        assert_eq!((small, first_to_repeat(folder.path())), (large + 2, json!(small)));
    }

    #[test]
    fn operations_are_counted_on_and_nothing_is_lost_after_the_log_was_ended() {
        let folder = tempfile::tempdir().unwrap();
        let collection = collection(folder.path());
        let large = upsert(&collection, 0..50);
        collection.settle().unwrap();
        drop(collection);
        let opened = Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
        assert_eq!(upsert(&opened, 50..100), large + 2);
        drop(opened);
        let opened = Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
        assert_eq!(CountPoints::default().execute(&opened).unwrap().count, 100);
    }
}
