//! The settings in the terms of the engine, with values of the preset where a server leaves the choice to
//! the machine.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use qdrant_edge::{EdgeConfig, EdgeOptimizersConfig, EdgeSparseVectorParams, EdgeVectorParams, WalOptions};

use super::config::{CollectionConfig, CollectionParams, OptimizersConfig, WalConfig};
use super::vectors::{SparseIndexParams, SparseVectorParams, VectorParams};
use crate::preset::Preset;

const MB: usize = 1024 * 1024;

impl CollectionConfig {
    /// What the engine needs to create or to open the collection's shard.
    #[expect(deprecated, reason = "`on_disk` and `on_disk_payload` are still part of the REST API")]
    pub fn edge_config(&self, preset: Preset) -> EdgeConfig {
        let Self {
            params,
            hnsw_config,
            optimizer_config,
            wal_config,
            quantization_config,
            strict_mode_config: _, // limits of requests, not of the shard
            metadata: _,
        } = self;
        let CollectionParams {
            vectors,
            shard_number: _, // there is one shard
            sharding_method: _,
            replication_factor: _,
            write_consistency_factor: _,
            read_fan_out_factor: _,
            read_fan_out_delay_ms: _,
            on_disk_payload,
            payload,
            sparse_vectors,
        } = params;
        let dense = vectors.iter().map(|(name, params)| (name.to_owned(), self.dense_vector(params)));
        let sparse =
            sparse_vectors.iter().flatten().map(|(name, params)| (name.clone(), sparse_vector(params)));
        EdgeConfig {
            on_disk_payload: Some(*on_disk_payload),
            payload_memory: payload.and_then(|payload| payload.memory),
            id_tracker_memory: None,
            vectors: dense.collect::<HashMap<_, _>>(),
            sparse_vectors: sparse.collect(),
            hnsw_config: Some(*hnsw_config),
            quantization_config: quantization_config.clone(),
            optimizers: Some(optimizers(optimizer_config, preset)),
            wal_options: Some(wal_options(*wal_config, preset)),
            wal_enabled: None,
            max_search_threads: Some(preset.segment_search_threads()),
            search_pool_core: None,
        }
    }

    /// How large the vectors of a segment may become by merging, in bytes.
    pub(crate) fn max_segment_bytes(&self, preset: Preset) -> u64 {
        let kilobytes = self.optimizer_config.max_segment_size.unwrap_or(preset.max_segment_kb());
        (kilobytes as u64).saturating_mul(1024)
    }

    #[expect(deprecated, reason = "`on_disk` is still part of the REST API")]
    fn dense_vector(&self, params: &VectorParams) -> EdgeVectorParams {
        let VectorParams {
            size,
            distance,
            hnsw_config,
            quantization_config,
            on_disk,
            memory,
            datatype,
            multivector_config,
        } = params;
        EdgeVectorParams {
            size: *size,
            distance: *distance,
            on_disk: *on_disk,
            memory: *memory,
            multivector_config: *multivector_config,
            datatype: *datatype,
            quantization_config: quantization_config.clone(),
            hnsw_config: hnsw_config
                .filter(|diff| !diff.is_empty())
                .map(|diff| diff.applied_to(self.hnsw_config)),
        }
    }
}

#[expect(deprecated, reason = "`on_disk` is still part of the REST API")]
fn sparse_vector(params: &SparseVectorParams) -> EdgeSparseVectorParams {
    let SparseVectorParams { index, modifier } = params;
    let SparseIndexParams { full_scan_threshold, on_disk, memory, datatype } = index.unwrap_or_default();
    EdgeSparseVectorParams { full_scan_threshold, on_disk, memory, modifier: *modifier, datatype }
}

fn optimizers(config: &OptimizersConfig, preset: Preset) -> EdgeOptimizersConfig {
    let OptimizersConfig {
        deleted_threshold,
        vacuum_min_vector_number,
        default_segment_number,
        max_segment_size,
        memmap_threshold: _, // the engine maps all files
        indexing_threshold,
        flush_interval_sec: _, // when to flush and to optimize is not the shard's business
        max_optimization_threads: _,
        prevent_unoptimized: _, // would hide points until they are optimized, which no write waits for
    } = config;
    let default_segment_number = match default_segment_number {
        0 => preset.segment_number(),
        number => *number,
    };
    EdgeOptimizersConfig {
        deleted_threshold: Some(*deleted_threshold),
        vacuum_min_vector_number: Some(*vacuum_min_vector_number),
        default_segment_number: Some(default_segment_number),
        max_segment_size: Some(max_segment_size.unwrap_or(preset.max_segment_kb())),
        indexing_threshold: *indexing_threshold,
        prevent_unoptimized: None,
    }
}

fn wal_options(config: WalConfig, preset: Preset) -> WalOptions {
    let WalConfig { wal_capacity_mb, wal_segments_ahead, wal_retain_closed } = config;
    WalOptions {
        segment_capacity: match wal_capacity_mb {
            WalConfig::DEFAULT_CAPACITY_MB => preset.log_segment_bytes(),
            megabytes => megabytes.saturating_mul(MB),
        },
        segment_queue_len: wal_segments_ahead,
        retain_closed: NonZeroUsize::new(wal_retain_closed).unwrap_or(NonZeroUsize::MIN),
    }
}

#[cfg(test)]
mod tests {
    use qdrant_edge::EdgeShard;
    use serde_json::{Value, json};

    use super::*;

    fn config(request: Value) -> CollectionConfig {
        CollectionConfig::from_request(serde_json::from_value(request).unwrap()).unwrap()
    }

    fn edge_config(request: Value) -> EdgeConfig {
        config(request).edge_config(Preset::Desktop)
    }

    #[test]
    fn what_a_server_leaves_to_the_machine_gets_desktop_values() {
        let edge = edge_config(json!({}));
        let optimizers = edge.optimizers();
        assert_eq!(
            (optimizers.default_segment_number, optimizers.max_segment_size),
            (Some(2), Some(512_000))
        );
        assert_eq!(edge.wal_options.unwrap().segment_capacity, 4 * MB);
        assert_eq!(edge.max_search_threads, Some(1));
    }

    #[test]
    fn a_server_takes_what_its_machine_has() {
        let preset = Preset::Server;
        let edge = config(json!({})).edge_config(preset);
        let optimizers = edge.optimizers();
        let chosen = (optimizers.default_segment_number, optimizers.max_segment_size);
        // What the engine chooses itself, where it is left to do so.
        let left_to_it = EdgeOptimizersConfig::default();
        assert_eq!(chosen, (Some(left_to_it.get_number_segments()), Some(preset.max_segment_kb())));
        assert_eq!(edge.wal_options.unwrap().segment_capacity, 32 * MB);
        assert_eq!(edge.max_search_threads, optimizers.default_segment_number);
    }

    #[test]
    fn what_the_caller_chose_is_used_with_every_preset() {
        for preset in [Preset::Desktop, Preset::Server] {
            check_what_the_caller_chose(preset);
        }
    }

    fn check_what_the_caller_chose(preset: Preset) {
        let edge = config(json!({
            "optimizers_config": { "default_segment_number": 5, "max_segment_size": 7, "indexing_threshold": 0,
                "deleted_threshold": 0.5, "vacuum_min_vector_number": 200 },
            "wal_config": { "wal_capacity_mb": 1, "wal_segments_ahead": 2, "wal_retain_closed": 3 },
            "on_disk_payload": true, "payload": { "memory": "cached" },
        }))
        .edge_config(preset);
        let expected = EdgeOptimizersConfig {
            deleted_threshold: Some(0.5),
            vacuum_min_vector_number: Some(200),
            default_segment_number: Some(5),
            max_segment_size: Some(7),
            indexing_threshold: Some(0),
            prevent_unoptimized: None,
        };
        assert_eq!(edge.optimizers(), expected);
        assert!(!edge.on_disk_payload());
        let expected = WalOptions {
            segment_capacity: MB,
            segment_queue_len: 2,
            retain_closed: NonZeroUsize::new(3).unwrap(),
        };
        assert_eq!(edge.wal_options, Some(expected));
    }

    #[test]
    fn a_vectors_graph_differs_from_the_collections_in_what_is_given() {
        let edge = edge_config(json!({
            "vectors": {
                "own": { "size": 4, "distance": "Dot", "hnsw_config": { "m": 8 } },
                "shared": { "size": 4, "distance": "Dot" },
            },
            "hnsw_config": { "ef_construct": 50 },
        }));
        let own = edge.vectors["own"].hnsw_config.unwrap();
        assert_eq!((own.m, own.ef_construct), (8, 50));
        assert_eq!(edge.vectors["shared"].hnsw_config, None);
        assert_eq!(edge.hnsw_config().ef_construct, 50);
    }

    #[test]
    fn the_engine_creates_and_opens_every_kind_of_collection() {
        let quantizations = [
            json!(null),
            json!({ "scalar": { "type": "int8", "quantile": 0.99, "always_ram": true } }),
            json!({ "product": { "compression": "x16" } }),
            json!({ "binary": { "encoding": "one_and_half_bits" } }),
            json!({ "turbo": { "bits": "bits4" } }),
        ];
        let mut requests = vec![
            json!({}),
            json!({ "sparse_vectors": { "s": { "modifier": "idf", "index": { "on_disk": true, "datatype": "uint8" } } } }),
            json!({ "vectors": { "size": 65536, "distance": "Dot" }, "payload": { "memory": "cached" } }),
            json!({
                "vectors": {
                    "": { "size": 1, "distance": "Dot" },
                    "a": { "size": 4, "distance": "Euclid", "memory": "cold" },
                    "b": { "size": 128, "distance": "Cosine", "multivector_config": { "comparator": "max_sim" } },
                },
                "sparse_vectors": { "s": {} },
                "wal_config": { "wal_capacity_mb": 1, "wal_segments_ahead": 2 },
            }),
        ];
        for quantization in quantizations {
            let vector = json!({ "size": 64, "distance": "Cosine", "quantization_config": quantization });
            requests.push(json!({ "vectors": vector, "quantization_config": quantization }));
        }
        for datatype in ["float32", "float16", "uint8", "turbo4"] {
            for distance in ["Cosine", "Euclid", "Dot", "Manhattan"] {
                for multivector in [json!(null), json!({ "comparator": "max_sim" })] {
                    let vector = json!({
                        "size": 64, "distance": distance, "datatype": datatype, "multivector_config": multivector,
                    });
                    requests.push(json!({ "vectors": vector }));
                }
            }
        }
        for request in requests {
            let folder = tempfile::tempdir().unwrap();
            let config = config(request.clone());
            let shard = EdgeShard::new(folder.path(), config.edge_config(Preset::Desktop))
                .unwrap_or_else(|e| panic!("{request}: {e}"));
            drop(shard);
            let stored: CollectionConfig =
                serde_json::from_value(serde_json::to_value(&config).unwrap()).unwrap();
            let shard = EdgeShard::load(folder.path(), Some(stored.edge_config(Preset::Desktop)))
                .unwrap_or_else(|e| panic!("{request}: {e}"));
            assert_eq!(shard.info().unwrap().points_count, 0);
            assert_eq!(shard.config().vectors, config.edge_config(Preset::Desktop).vectors, "{request}");
        }
    }
}
