//! The settings of a collection, as stored in its `config.json` and told to callers.

use std::collections::BTreeMap;

use qdrant_edge::{HnswIndexConfig, Memory, Payload, QuantizationConfig};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::create::CreateCollection;
use super::info::CollectionWarning;
use super::strict_mode::StrictModeConfig;
use super::vectors::{SparseVectorParams, VectorsConfig};
use crate::error::Result;

/// All settings of a collection, with a server's defaults for those that were not given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectionConfig {
    /// What the collection holds.
    pub params: CollectionParams,
    /// HNSW graphs.
    pub hnsw_config: HnswIndexConfig,
    /// Optimizer.
    pub optimizer_config: OptimizersConfig,
    /// Write-ahead log.
    pub wal_config: WalConfig,
    /// Quantization of vectors that have none of their own.
    #[serde(default)]
    pub quantization_config: Option<QuantizationConfig>,
    /// Limits for requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_mode_config: Option<StrictModeConfig>,
    /// Whatever the caller keeps with the collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Payload>,
}

/// What a collection holds, and how it is spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CollectionParams {
    /// Dense vectors.
    pub vectors: VectorsConfig,
    /// Number of shards in a cluster. Here there is always one.
    pub shard_number: u32,
    /// How a cluster chooses the shard of a point. Without effect here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharding_method: Option<ShardingMethod>,
    /// Copies of each shard in a cluster. Without effect here.
    pub replication_factor: u32,
    /// Copies that must confirm a write in a cluster. Without effect here.
    pub write_consistency_factor: u32,
    /// Copies to read from at once in a cluster. Without effect here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_fan_out_factor: Option<u32>,
    /// Milliseconds before another copy is read in a cluster. Without effect here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_fan_out_delay_ms: Option<u64>,
    /// Older form of `payload.memory`: `true` is `cold`.
    pub on_disk_payload: bool,
    /// Where payload is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<PayloadStorageParams>,
    /// Sparse vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sparse_vectors: Option<BTreeMap<String, SparseVectorParams>>,
}

impl Default for CollectionParams {
    fn default() -> Self {
        Self {
            vectors: VectorsConfig::default(),
            shard_number: 1,
            sharding_method: None,
            replication_factor: 1,
            write_consistency_factor: 1,
            read_fan_out_factor: None,
            read_fan_out_delay_ms: None,
            on_disk_payload: true,
            payload: None,
            sparse_vectors: None,
        }
    }
}

/// How a cluster chooses the shard of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShardingMethod {
    /// By its id.
    Auto,
    /// By the shard key of the request.
    Custom,
}

/// Where payload is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct PayloadStorageParams {
    /// `cold` (the default): read when needed; `cached`: kept in the page cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "payload_not_pinned"))]
    pub memory: Option<Memory>,
}

fn payload_not_pinned(memory: &Memory) -> Result<(), ValidationError> {
    check_not_pinned(memory, "payload storage")
}

pub(super) fn check_dense_not_pinned(memory: &Memory) -> Result<(), ValidationError> {
    check_not_pinned(memory, "dense vector storage")
}

/// Some storages are always in mapped files, which cannot be held in memory.
fn check_not_pinned(memory: &Memory, storage: &str) -> Result<(), ValidationError> {
    match memory {
        Memory::Cold | Memory::Cached => Ok(()),
        Memory::Pinned => {
            let message = format!("`pinned` memory placement is not supported for {storage}");
            Err(ValidationError::new("unsupported_memory_placement").with_message(message.into()))
        }
    }
}

/// Size of vectors in KB from which a segment gets an HNSW graph, when the caller does not say.
const DEFAULT_INDEXING_THRESHOLD_KB: usize = 10_000;

/// Settings of the optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimizersConfig {
    /// Fraction of deleted vectors from which a segment is vacuumed.
    pub deleted_threshold: f64,
    /// Number of vectors from which a segment is vacuumed.
    pub vacuum_min_vector_number: usize,
    /// Number of segments to aim at; 0 leaves it to the engine.
    pub default_segment_number: usize,
    /// Size of vectors in KB beyond which segments are not merged; `null` leaves it to the engine.
    pub max_segment_size: Option<usize>,
    /// Without effect, as vectors are always in mapped files.
    pub memmap_threshold: Option<usize>,
    /// Size of vectors in KB from which a segment gets an HNSW graph; 0 means never.
    pub indexing_threshold: Option<usize>,
    /// Seconds between flushes.
    pub flush_interval_sec: u64,
    /// Optimizations that may run at once; `null` is no limit, 0 switches them off.
    pub max_optimization_threads: Option<usize>,
    /// Without effect: points are found as soon as they are written.
    pub prevent_unoptimized: Option<bool>,
}

impl Default for OptimizersConfig {
    fn default() -> Self {
        Self {
            deleted_threshold: 0.2,
            vacuum_min_vector_number: 1000,
            default_segment_number: 0,
            max_segment_size: None,
            memmap_threshold: None,
            indexing_threshold: Some(DEFAULT_INDEXING_THRESHOLD_KB),
            flush_interval_sec: 5,
            max_optimization_threads: None,
            prevent_unoptimized: None,
        }
    }
}

/// Settings of the write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WalConfig {
    /// Size of one segment of the log in MB; [`WalConfig::DEFAULT_CAPACITY_MB`] leaves it to the engine.
    pub wal_capacity_mb: usize,
    /// Segments to create before they are needed.
    pub wal_segments_ahead: usize,
    /// Full segments to keep.
    pub wal_retain_closed: usize,
}

impl WalConfig {
    /// A server's default, told when no capacity was given.
    pub const DEFAULT_CAPACITY_MB: usize = 32;
}

impl Default for WalConfig {
    fn default() -> Self {
        Self { wal_capacity_mb: Self::DEFAULT_CAPACITY_MB, wal_segments_ahead: 0, wal_retain_closed: 1 }
    }
}

impl CollectionConfig {
    /// The settings of a new collection.
    ///
    /// # Errors
    /// As [`CreateCollection::validate`].
    pub fn from_request(request: CreateCollection) -> Result<Self> {
        request.validate()?;
        let CreateCollection {
            vectors,
            sparse_vectors,
            shard_number,
            sharding_method,
            replication_factor,
            write_consistency_factor,
            on_disk_payload,
            payload,
            hnsw_config,
            optimizers_config,
            wal_config,
            quantization_config,
            strict_mode_config,
            metadata,
        } = request;
        let defaults = CollectionParams::default();
        Ok(Self {
            params: CollectionParams {
                vectors,
                shard_number: shard_number.unwrap_or(defaults.shard_number),
                sharding_method,
                replication_factor: replication_factor.unwrap_or(defaults.replication_factor),
                write_consistency_factor: write_consistency_factor
                    .unwrap_or(defaults.write_consistency_factor),
                read_fan_out_factor: None,
                read_fan_out_delay_ms: None,
                on_disk_payload: on_disk_payload.unwrap_or(defaults.on_disk_payload),
                payload,
                sparse_vectors,
            },
            hnsw_config: hnsw_config.unwrap_or_default().applied_to(HnswIndexConfig::default()),
            optimizer_config: optimizers_config.unwrap_or_default().applied_to(OptimizersConfig::default()),
            wal_config: wal_config.unwrap_or_default().applied_to(WalConfig::default()),
            quantization_config,
            strict_mode_config,
            metadata,
        })
    }

    /// Whether so many points without an index are enough for the optimizer to index them.
    pub(crate) fn is_worth_indexing(&self, points: usize) -> bool {
        let threshold = self.optimizer_config.indexing_threshold.unwrap_or(DEFAULT_INDEXING_THRESHOLD_KB);
        let largest = self.params.vectors.iter().map(|(_, params)| params.size).max().unwrap_or(0);
        threshold > 0 && points.saturating_mul(largest * size_of::<f32>()) > threshold.saturating_mul(1024)
    }

    /// Settings that have no effect as they are.
    pub(super) fn warnings(&self) -> Vec<CollectionWarning> {
        let warning = |name: &str, why: &str| CollectionWarning {
            message: format!(
                "The `hnsw_config.inline_storage` option for vector '{name}' {why}. This option will be ignored."
            ),
        };
        let ignored = self.params.vectors.iter().filter_map(|(name, params)| {
            let hnsw = params.hnsw_config.unwrap_or_default().applied_to(self.hnsw_config);
            if hnsw.inline_storage != Some(true) {
                None
            } else if params.multivector_config.is_some() {
                Some(warning(name, "is not compatible with multivectors"))
            } else if params.quantization_config.is_none() && self.quantization_config.is_none() {
                Some(warning(name, "requires quantization to be enabled"))
            } else {
                None
            }
        });
        ignored.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(request: Value) -> CollectionConfig {
        CollectionConfig::from_request(serde_json::from_value(request).unwrap()).unwrap()
    }

    fn echo(request: Value) -> Value {
        serde_json::to_value(config(request)).unwrap()
    }

    #[test]
    fn what_is_not_given_is_as_on_a_server() {
        let expected = concat!(
            r#"{"params":{"vectors":{"size":4,"distance":"Cosine"},"shard_number":1,"replication_factor":1,"#,
            r#""write_consistency_factor":1,"on_disk_payload":true},"#,
            r#""hnsw_config":{"m":16,"ef_construct":100,"full_scan_threshold":10000,"max_indexing_threads":0,"#,
            r#""on_disk":false},"#,
            r#""optimizer_config":{"deleted_threshold":0.2,"vacuum_min_vector_number":1000,"#,
            r#""default_segment_number":0,"max_segment_size":null,"memmap_threshold":null,"#,
            r#""indexing_threshold":10000,"flush_interval_sec":5,"max_optimization_threads":null,"#,
            r#""prevent_unoptimized":null},"#,
            r#""wal_config":{"wal_capacity_mb":32,"wal_segments_ahead":0,"wal_retain_closed":1},"#,
            r#""quantization_config":null}"#,
        );
        let config = config(json!({ "vectors": { "size": 4, "distance": "Cosine" } }));
        assert_eq!(serde_json::to_string(&config).unwrap(), expected);
    }

    #[test]
    fn what_is_given_is_told_again() {
        let echo = echo(json!({
            "vectors": {
                "image": {
                    "size": 8, "distance": "Euclid", "hnsw_config": { "m": 8 }, "on_disk": true,
                    "quantization_config": { "binary": { "always_ram": true } },
                },
                "text": { "size": 4, "distance": "Dot", "datatype": "uint8", "memory": "cold",
                    "multivector_config": { "comparator": "max_sim" } },
            },
            "sparse_vectors": { "bm25": { "modifier": "idf", "index": { "full_scan_threshold": 50 } }, "plain": {} },
            "shard_number": 2, "sharding_method": "auto", "replication_factor": 3, "write_consistency_factor": 2,
            "on_disk_payload": false, "payload": { "memory": "cached" },
            "hnsw_config": { "ef_construct": 50 }, "optimizers_config": { "max_optimization_threads": 0 },
            "wal_config": { "wal_capacity_mb": 1 },
            "quantization_config": { "product": { "compression": "x16" } },
            "strict_mode_config": { "enabled": true, "sparse_config": { "bm25": { "max_length": 9 } } },
            "metadata": { "owner": "me", "nothing": null },
            "timeout": 3,
        }));
        assert_eq!(
            echo["params"],
            json!({
                "vectors": {
                    "image": {
                        "size": 8, "distance": "Euclid", "hnsw_config": { "m": 8 }, "on_disk": true,
                        "quantization_config": { "binary": { "always_ram": true } },
                    },
                    "text": { "size": 4, "distance": "Dot", "datatype": "uint8", "memory": "cold",
                        "multivector_config": { "comparator": "max_sim" } },
                },
                "sparse_vectors": { "bm25": { "modifier": "idf", "index": { "full_scan_threshold": 50 } }, "plain": {} },
                "shard_number": 2, "sharding_method": "auto", "replication_factor": 3, "write_consistency_factor": 2,
                "on_disk_payload": false, "payload": { "memory": "cached" },
            })
        );
        assert_eq!(
            (&echo["hnsw_config"]["ef_construct"], &echo["hnsw_config"]["m"]),
            (&json!(50), &json!(16))
        );
        assert_eq!(echo["optimizer_config"]["max_optimization_threads"], 0);
        assert_eq!(echo["wal_config"]["wal_capacity_mb"], 1);
        assert_eq!(echo["quantization_config"], json!({ "product": { "compression": "x16" } }));
        assert_eq!(
            echo["strict_mode_config"],
            json!({ "enabled": true, "sparse_config": { "bm25": { "max_length": 9 } } })
        );
        assert_eq!(echo["metadata"], json!({ "owner": "me", "nothing": null }));
        assert!(echo.get("timeout").is_none());
    }

    #[test]
    fn a_request_out_of_range_gives_no_settings() {
        let request = CreateCollection { shard_number: Some(0), ..CreateCollection::default() };
        assert_eq!(CollectionConfig::from_request(request).unwrap_err().status(), 422);
    }

    #[test]
    fn settings_of_an_older_server_are_read() {
        let stored: CollectionConfig = serde_json::from_value(json!({
            "params": { "vectors": { "size": 4, "distance": "Dot" }, "shard_number": 1, "read_fan_out_factor": 2 },
            "hnsw_config": { "m": 16, "ef_construct": 100, "full_scan_threshold": 10000 },
            "optimizer_config": {
                "deleted_threshold": 0.2, "vacuum_min_vector_number": 1000, "default_segment_number": 0,
                "flush_interval_sec": 5,
            },
            "wal_config": { "wal_capacity_mb": 32, "wal_segments_ahead": 0 },
            "uuid": "3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11",
        }))
        .unwrap();
        assert!(stored.params.on_disk_payload);
        assert_eq!(stored.wal_config, WalConfig::default());
        assert_eq!(stored.quantization_config, None);
    }

    #[test]
    fn inline_storage_that_is_ignored_is_warned_about() {
        let warnings = |request| {
            config(request).warnings().into_iter().map(|warning| warning.message).collect::<Vec<_>>()
        };
        let inline = json!({ "inline_storage": true });
        let vectors = json!({
            "a": { "size": 4, "distance": "Dot", "quantization_config": { "scalar": { "type": "int8" } } },
            "b": { "size": 4, "distance": "Dot" },
            "c": { "size": 4, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        });
        assert_eq!(warnings(json!({ "vectors": vectors })), [""; 0]);
        assert_eq!(
            warnings(json!({ "vectors": vectors, "hnsw_config": inline })),
            [
                "The `hnsw_config.inline_storage` option for vector 'b' requires quantization to be enabled. \
                 This option will be ignored.",
                "The `hnsw_config.inline_storage` option for vector 'c' is not compatible with multivectors. \
                 This option will be ignored.",
            ]
        );
    }
}
