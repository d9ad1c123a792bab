//! The request that creates a collection.

use std::collections::{BTreeMap, HashMap};

use qdrant_edge::{DEFAULT_VECTOR_NAME, Payload, QuantizationConfig};
use serde::Deserialize;

use super::config::{PayloadStorageParams, ShardingMethod};
use super::diff::{HnswConfigDiff, OptimizersConfigDiff, WalConfigDiff};
use super::strict_mode::StrictModeConfig;
use super::vectors::{SparseVectorParams, VectorsConfig};
use crate::error::{Error, Result};
use crate::model::names::check_vector_name;
use crate::model::validation::Faults;
use crate::preset::Preset;

/// Settings of a new collection. What is not given is as on a Qdrant server.
///
/// ```
/// use qdrant_edge::Distance;
/// use qdrant_embedded_engine::model::{CreateCollection, VectorParams};
///
/// let request = CreateCollection { vectors: VectorParams::new(384, Distance::Cosine).into(), ..Default::default() };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CreateCollection {
    /// Dense vectors: one without a name, or any number of named ones.
    pub vectors: VectorsConfig,
    /// Sparse vectors by name.
    pub sparse_vectors: Option<BTreeMap<String, SparseVectorParams>>,
    /// Number of shards in a cluster, at least 1. Told again, but without effect here.
    pub shard_number: Option<u32>,
    /// How a cluster chooses the shard of a point. Told again, but without effect here.
    pub sharding_method: Option<ShardingMethod>,
    /// Copies of each shard in a cluster, at least 1. Told again, but without effect here.
    pub replication_factor: Option<u32>,
    /// Copies that must confirm a write in a cluster, at least 1. Told again, but without effect here.
    pub write_consistency_factor: Option<u32>,
    /// Older form of `payload.memory`: `true`, the default, is `cold`.
    pub on_disk_payload: Option<bool>,
    /// Where payload is kept.
    pub payload: Option<PayloadStorageParams>,
    /// HNSW graphs.
    pub hnsw_config: Option<HnswConfigDiff>,
    /// Optimizer.
    #[serde(alias = "optimizer_config")]
    pub optimizers_config: Option<OptimizersConfigDiff>,
    /// Write-ahead log.
    pub wal_config: Option<WalConfigDiff>,
    /// Quantization of vectors that have none of their own. Default: none.
    #[serde(alias = "quantization")]
    pub quantization_config: Option<QuantizationConfig>,
    /// Limits for requests to the collection.
    pub strict_mode_config: Option<StrictModeConfig>,
    /// Whatever should be kept with the collection.
    pub metadata: Option<Payload>,
}

impl CreateCollection {
    /// With a preset's values for what a server's own settings would give.
    pub(crate) fn completed(mut self, preset: Preset) -> Self {
        let hnsw = self.hnsw_config.get_or_insert_default();
        hnsw.full_scan_threshold.get_or_insert(preset.full_scan_threshold_kb());
        self
    }

    /// Checks what can be checked without the store.
    ///
    /// # Errors
    /// [`Error::Validation`] for values out of range, [`Error::WrongInput`] for names of vectors.
    pub fn validate(&self) -> Result<()> {
        let Self {
            vectors,
            sparse_vectors,
            shard_number,
            sharding_method: _,
            replication_factor,
            write_consistency_factor,
            on_disk_payload: _,
            payload,
            hnsw_config,
            optimizers_config,
            wal_config,
            quantization_config,
            strict_mode_config,
            metadata: _,
        } = self;
        let mut faults = Faults::default();
        match vectors {
            VectorsConfig::Single(params) => faults.within("vectors", Some(&**params)),
            VectorsConfig::Multi(vectors) => faults.within_any("vectors", vectors.values()),
        }
        faults.within_each("sparse_vectors", sparse_vectors.iter().flatten().map(|(_, params)| params));
        let counts = [
            ("shard_number", *shard_number),
            ("replication_factor", *replication_factor),
            ("write_consistency_factor", *write_consistency_factor),
        ];
        for (path, count) in counts {
            faults.at_least(path, count.map(|count| count as usize), 1);
        }
        faults.within("payload", payload.as_ref());
        faults.within("hnsw_config", hnsw_config.as_ref());
        faults.within("optimizers_config", optimizers_config.as_ref());
        faults.within("wal_config", wal_config.as_ref());
        faults.within("quantization_config", quantization_config.as_ref());
        if let Some(limits) = strict_mode_config {
            limits.check("strict_mode_config", &mut faults);
        }
        faults.into_result()?;
        validate_vector_names(&self.vectors, self.sparse_vectors.as_ref())
    }
}

/// Checks that the vectors of a collection can have their names, all of them together.
pub(super) fn validate_vector_names(
    dense: &VectorsConfig,
    sparse: Option<&BTreeMap<String, SparseVectorParams>>,
) -> Result<()> {
    let dense = dense.iter().map(|(name, _)| ("dense", name));
    let sparse = sparse.into_iter().flatten().map(|(name, _)| ("sparse", name.as_str()));
    let mut by_file_name = HashMap::new();
    for (kind, name) in dense.chain(sparse) {
        check_vector_name(name)
            .map_err(|fault| Error::WrongInput(format!("Invalid {kind} vector name `{name}`: {fault}")))?;
        if kind == "sparse" && name == DEFAULT_VECTOR_NAME {
            return Err(Error::WrongInput("Sparse vector name cannot be empty".to_owned()));
        }
        // Not every file system tells such names apart, and a data folder may move to another.
        let file_name = name.trim_end_matches(['.', ' ']).to_lowercase();
        match by_file_name.insert(file_name, name) {
            None => {}
            Some(other) if other == name => {
                return Err(Error::WrongInput(format!(
                    "Dense and sparse vector names must be unique - duplicate found with '{name}'"
                )));
            }
            Some(other) => {
                return Err(Error::WrongInput(format!(
                    "Vector names `{other}` and `{name}` differ too little to be file names on every system"
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(settings: Value) -> CreateCollection {
        serde_json::from_value(settings).unwrap()
    }

    /// The error for settings beside a good vector.
    fn refusal(settings: Value) -> Error {
        let mut json = json!({ "vectors": { "size": 4, "distance": "Dot" } });
        json.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        request(json).validate().unwrap_err()
    }

    #[test]
    fn nothing_has_to_be_given() {
        assert_eq!(request(json!({})), CreateCollection::default());
        assert_eq!(CreateCollection::default().validate(), Ok(()));
    }

    #[test]
    fn null_is_as_absent_and_unknown_fields_are_ignored() {
        let nulls = json!({
            "vectors": null, "sparse_vectors": null, "shard_number": null, "sharding_method": null,
            "replication_factor": null, "write_consistency_factor": null, "on_disk_payload": null, "payload": null,
            "hnsw_config": null, "optimizers_config": null, "wal_config": null, "quantization_config": null,
            "strict_mode_config": null, "metadata": null, "timeout": null, "init_from": { "collection": "old" },
        });
        assert_eq!(request(nulls), CreateCollection::default());
        let inner = json!({
            "hnsw_config": { "m": null }, "optimizers_config": { "max_optimization_threads": null },
            "wal_config": { "wal_capacity_mb": null }, "payload": { "memory": null },
            "strict_mode_config": { "enabled": null, "sparse_config": null },
        });
        assert_eq!(request(inner).validate(), Ok(()));
    }

    #[test]
    fn values_out_of_range_are_refused_in_the_servers_words() {
        let cases = [
            (json!({ "shard_number": 0 }), "shard_number: value 0 invalid, must be 1 or larger"),
            (json!({ "replication_factor": 0 }), "replication_factor: value 0 invalid, must be 1 or larger"),
            (
                json!({ "write_consistency_factor": 0 }),
                "write_consistency_factor: value 0 invalid, must be 1 or larger",
            ),
            (
                json!({ "hnsw_config": { "ef_construct": 3 } }),
                "hnsw_config.ef_construct: value 3 invalid, must be 4 or larger",
            ),
            (
                json!({ "hnsw_config": { "full_scan_threshold": 9 } }),
                "hnsw_config.full_scan_threshold: value 9 invalid, must be 10 or larger",
            ),
            (
                json!({ "hnsw_config": { "m": 65537, "payload_m": 1e9 as u64 } }),
                "hnsw_config.m: value 65537 invalid, must be 65536 or smaller; \
                 hnsw_config.payload_m: value 1000000000 invalid, must be 65536 or smaller",
            ),
            (
                json!({ "optimizers_config": { "deleted_threshold": 1.5 } }),
                "optimizers_config.deleted_threshold: value 1.5 invalid, must be from 0.0 to 1.0",
            ),
            (
                json!({ "optimizers_config": { "vacuum_min_vector_number": 99 } }),
                "optimizers_config.vacuum_min_vector_number: value 99 invalid, must be 100 or larger",
            ),
            (
                json!({ "optimizers_config": { "max_segment_size": 0 } }),
                "optimizers_config.max_segment_size: value 0 invalid, must be 1 or larger",
            ),
            (
                json!({ "wal_config": { "wal_capacity_mb": 0 } }),
                "wal_config.wal_capacity_mb: value 0 invalid, must be 1 or larger",
            ),
            (
                json!({ "wal_config": { "wal_retain_closed": 0, "wal_segments_ahead": 65537 } }),
                "wal_config.wal_retain_closed: value 0 invalid, must be 1 or larger; \
                 wal_config.wal_segments_ahead: value 65537 invalid, must be 65536 or smaller",
            ),
            (
                json!({ "quantization_config": { "scalar": { "type": "int8", "quantile": 0.25 } } }),
                "quantization_config.scalar.quantile: value 0.25 invalid, must be from 0.5 to 1.0",
            ),
            (
                json!({ "payload": { "memory": "pinned" } }),
                "payload.memory: `pinned` memory placement is not supported for payload storage",
            ),
            (
                json!({ "strict_mode_config": { "max_query_limit": 0, "max_resident_memory_percent": 101 } }),
                "strict_mode_config.max_query_limit: value 0 invalid, must be 1 or larger; \
                 strict_mode_config.max_resident_memory_percent: value 101 invalid, must be from 1 to 100",
            ),
            (
                json!({ "strict_mode_config": { "multivector_config": { "m": { "max_vectors": 0 } } } }),
                "strict_mode_config.multivector_config.config[0].max_vectors: value 0 invalid, must be 1 or larger",
            ),
            (
                json!({ "sparse_vectors": { "s": { "index": { "datatype": "turbo4" } } } }),
                "sparse_vectors[0].index.datatype: sparse vectors do not support the `turbo4` datatype",
            ),
        ];
        for (settings, expected) in cases {
            let error = refusal(settings);
            assert_eq!(error.status(), 422);
            assert_eq!(error.to_string(), format!("Validation error in JSON body: [{expected}]"));
        }
    }

    #[test]
    fn a_wrong_vector_is_told_as_by_a_server() {
        let fault =
            |vectors: Value| request(json!({ "vectors": vectors })).validate().unwrap_err().to_string();
        assert_eq!(
            fault(json!({ "size": 65537, "distance": "Dot" })),
            "Validation error in JSON body: [vectors.size: value 65537 invalid, must be from 1 to 65536]"
        );
        assert_eq!(
            fault(json!({ "a": { "size": 1, "distance": "Dot" }, "b": { "size": 0, "distance": "Dot" } })),
            "Validation error in JSON body: [vectors.?.size: value 0 invalid, must be from 1 to 65536]"
        );
        assert_eq!(
            fault(
                json!({ "size": 1, "distance": "Dot", "memory": "pinned", "hnsw_config": { "ef_construct": 0 } })
            ),
            "Validation error in JSON body: [vectors.hnsw_config.ef_construct: value 0 invalid, must be 4 or larger; \
             vectors.memory: `pinned` memory placement is not supported for dense vector storage]"
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let error = refusal(json!({ "shard_number": 0, "hnsw_config": { "ef_construct": 1 } }));
        assert_eq!(error.to_string().matches("; ").count(), 1, "{error}");
    }

    #[test]
    fn names_of_vectors_must_be_possible_names_of_files() {
        let vector = json!({ "size": 4, "distance": "Dot" });
        let fault = |dense: &[&str], sparse: &[&str]| {
            let dense: BTreeMap<_, _> = dense.iter().map(|name| (*name, &vector)).collect();
            let sparse: BTreeMap<_, _> = sparse.iter().map(|name| (*name, json!({}))).collect();
            let outcome = request(json!({ "vectors": dense, "sparse_vectors": sparse })).validate();
            outcome.err().map(|error| (error.status(), error.to_string()))
        };
        let bad = |text: &str| Some((400, format!("Wrong input: {text}")));
        assert_eq!(fault(&["", "image", "text "], &["bm25"]), None);
        assert_eq!(
            fault(&["a/b"], &[]),
            bad("Invalid dense vector name `a/b`: vector name cannot contain \"/\" char")
        );
        assert_eq!(
            fault(&[], &[".."]),
            bad(
                "Invalid sparse vector name `..`: vector name cannot be \"..\", it is used as a directory name on disk"
            )
        );
        assert_eq!(fault(&[], &[""]), bad("Sparse vector name cannot be empty"));
        assert_eq!(
            fault(&["a", "b"], &["b"]),
            bad("Dense and sparse vector names must be unique - duplicate found with 'b'")
        );
        assert_eq!(
            fault(&["Image"], &["image."]),
            bad("Vector names `Image` and `image.` differ too little to be file names on every system")
        );
    }
}
