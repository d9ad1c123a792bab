//! What is told about a collection.

use std::collections::BTreeMap;

use qdrant_edge::{JsonPath, PayloadIndexInfo, ShardInfo};
use serde::Serialize;

use super::config::CollectionConfig;

/// Settings, size and state of a collection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CollectionInfo {
    /// State of the collection.
    pub status: CollectionStatus,
    /// State of its optimizer.
    pub optimizer_status: OptimizersStatus,
    /// Settings that have no effect as they are; absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<CollectionWarning>,
    /// Roughly how many vectors are in an HNSW graph or another index.
    pub indexed_vectors_count: usize,
    /// Roughly how many points there are.
    pub points_count: usize,
    /// Number of segments.
    pub segments_count: usize,
    /// The settings.
    pub config: CollectionConfig,
    /// The indexed payload fields.
    pub payload_schema: BTreeMap<JsonPath, PayloadIndexInfo>,
    /// Writes that wait.
    pub update_queue: UpdateQueueInfo,
}

/// State of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionStatus {
    /// All is well.
    Green,
    /// It is being optimized.
    Yellow,
    /// There is something to optimize, but nothing was written since it was opened.
    Grey,
    /// Its optimization failed.
    Red,
}

/// State of a collection's optimizer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizersStatus {
    /// Its last run succeeded.
    Ok,
    /// Its last run failed, and why.
    Error(String),
}

/// A remark on a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollectionWarning {
    /// The remark.
    pub message: String,
}

/// The queue of writes to a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UpdateQueueInfo {
    /// Number of writes that wait.
    pub length: usize,
}

impl CollectionInfo {
    /// Puts together what the shard, its settings and its keeper know.
    pub fn new(
        shard: ShardInfo,
        config: CollectionConfig,
        status: CollectionStatus,
        optimizer_status: OptimizersStatus,
        queued_updates: usize,
    ) -> Self {
        let ShardInfo { segments_count, points_count, indexed_vectors_count, payload_schema } = shard;
        Self {
            status,
            optimizer_status,
            warnings: config.warnings(),
            indexed_vectors_count,
            points_count,
            segments_count,
            config,
            payload_schema: payload_schema.into_iter().collect(),
            update_queue: UpdateQueueInfo { length: queued_updates },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use qdrant_edge::PayloadFieldSchema;
    use serde_json::{Value, json, to_value};

    use super::*;

    fn info(shard: ShardInfo, status: CollectionStatus, optimizer: OptimizersStatus) -> Value {
        let request = serde_json::from_value(json!({ "vectors": { "size": 4, "distance": "Dot" } })).unwrap();
        let config = CollectionConfig::from_request(request).unwrap();
        to_value(CollectionInfo::new(shard, config, status, optimizer, 2)).unwrap()
    }

    fn shard(payload_schema: HashMap<JsonPath, PayloadIndexInfo>) -> ShardInfo {
        ShardInfo { segments_count: 2, points_count: 20, indexed_vectors_count: 10, payload_schema }
    }

    #[test]
    fn a_collection_is_described_as_by_a_server() {
        let mut described = info(shard(HashMap::new()), CollectionStatus::Green, OptimizersStatus::Ok);
        assert!(described.as_object_mut().unwrap().remove("config").unwrap()["params"].is_object());
        assert_eq!(
            described,
            json!({
                "status": "green", "optimizer_status": "ok", "indexed_vectors_count": 10, "points_count": 20,
                "segments_count": 2, "payload_schema": {}, "update_queue": { "length": 2 },
            })
        );
    }

    #[test]
    fn a_failed_optimizer_says_why() {
        let error = OptimizersStatus::Error("disk full".to_owned());
        let described = info(shard(HashMap::new()), CollectionStatus::Red, error);
        assert_eq!(described["optimizer_status"], json!({ "error": "disk full" }));
        assert_eq!(described["status"], "red");
    }

    #[test]
    fn indexed_fields_tell_the_settings_they_were_given() {
        let index = |schema: Value| {
            PayloadIndexInfo::new(serde_json::from_value::<PayloadFieldSchema>(schema).unwrap(), 3)
        };
        let schema = HashMap::from([
            ("city".parse().unwrap(), index(json!("keyword"))),
            ("a.b[]".parse().unwrap(), index(json!({ "type": "integer", "range": true }))),
        ]);
        let described = info(shard(schema), CollectionStatus::Yellow, OptimizersStatus::Ok);
        assert_eq!(described["payload_schema"]["city"], json!({ "data_type": "keyword", "points": 3 }));
        let params = &described["payload_schema"]["a.b[]"]["params"];
        assert_eq!((&params["type"], &params["range"]), (&json!("integer"), &json!(true)));
    }
}
