//! The request that changes the settings of a collection.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use qdrant_edge::{Memory, OperationError, Payload, QuantizationConfig};
use serde::Deserialize;
use validator::{Validate, ValidationErrors};

use super::config::{CollectionConfig, CollectionParams, PayloadStorageParams, check_dense_not_pinned};
use super::diff::{HnswConfigDiff, OptimizersConfigDiff};
use super::strict_mode::StrictModeConfig;
use super::vectors::SparseVectorParams;
use crate::error::Result;
use crate::model::validation::Faults;
use crate::operation::Reconfigure;

/// Changes settings of a collection. What is not given, or `null`, stays as it is.
///
/// Existing data follows in the background: the optimizer rebuilds what the new settings ask for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UpdateCollection {
    /// Changes of dense vectors by name; the default vector has the empty name.
    pub vectors: Option<BTreeMap<String, VectorParamsDiff>>,
    /// Changes of sparse vectors by name.
    pub sparse_vectors: Option<BTreeMap<String, SparseVectorParams>>,
    /// Changes of the optimizer.
    #[serde(alias = "optimizer_config")]
    pub optimizers_config: Option<OptimizersConfigDiff>,
    /// Changes of what the collection holds, and how it is spread.
    pub params: Option<CollectionParamsDiff>,
    /// Changes of the HNSW graphs.
    pub hnsw_config: Option<HnswConfigDiff>,
    /// Another quantization for vectors that have none of their own, or `"Disabled"`.
    #[serde(alias = "quantization")]
    pub quantization_config: Option<QuantizationConfigDiff>,
    /// Changes of the limits for requests.
    pub strict_mode_config: Option<StrictModeConfig>,
    /// Merged into the collection's metadata; `null` removes a key.
    pub metadata: Option<Payload>,
}

/// Changes of one dense vector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Validate)]
#[serde(default)]
pub struct VectorParamsDiff {
    /// Merged into the settings of its graph that differ from those of the collection.
    #[validate(nested)]
    pub hnsw_config: Option<HnswConfigDiff>,
    /// Another quantization of its own, or `"Disabled"` for that of the collection.
    #[serde(alias = "quantization")]
    #[validate(nested)]
    pub quantization_config: Option<QuantizationConfigDiff>,
    /// Older form of `memory`: `true` is `cold`.
    pub on_disk: Option<bool>,
    /// Where the vectors are kept: `cached` or `cold`.
    #[validate(custom(function = "check_dense_not_pinned"))]
    pub memory: Option<Memory>,
}

/// Another quantization, or none.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum QuantizationConfigDiff {
    /// Of this kind, with these settings.
    Set(QuantizationConfig),
    /// No quantization.
    Disabled(Disabled),
}

/// The word `"Disabled"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Disabled {
    /// The only one.
    Disabled,
}

impl Validate for QuantizationConfigDiff {
    fn validate(&self) -> Result<(), ValidationErrors> {
        match self {
            QuantizationConfigDiff::Set(quantization) => quantization.validate(),
            QuantizationConfigDiff::Disabled(Disabled::Disabled) => Ok(()),
        }
    }
}

impl QuantizationConfigDiff {
    fn into_option(self) -> Option<QuantizationConfig> {
        match self {
            QuantizationConfigDiff::Set(quantization) => Some(quantization),
            QuantizationConfigDiff::Disabled(Disabled::Disabled) => None,
        }
    }
}

/// Changes of what a collection holds, and how it is spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Validate)]
#[serde(default)]
pub struct CollectionParamsDiff {
    /// Copies of each shard in a cluster. Told again, but without effect here.
    pub replication_factor: Option<NonZeroU32>,
    /// Copies that must confirm a write in a cluster. Told again, but without effect here.
    pub write_consistency_factor: Option<NonZeroU32>,
    /// Copies to read from at once in a cluster. Told again, but without effect here.
    pub read_fan_out_factor: Option<u32>,
    /// Milliseconds before another copy is read in a cluster. Told again, but without effect here.
    pub read_fan_out_delay_ms: Option<u64>,
    /// Older form of `payload.memory`: `true` is `cold`.
    pub on_disk_payload: Option<bool>,
    /// Where payload is kept.
    #[validate(nested)]
    pub payload: Option<PayloadStorageParams>,
}

impl UpdateCollection {
    /// Checks what can be checked without the collection.
    ///
    /// # Errors
    /// [`Error::Validation`](crate::Error::Validation) for values out of range.
    pub fn validate(&self) -> Result<()> {
        let Self {
            vectors,
            sparse_vectors,
            optimizers_config,
            params,
            hnsw_config,
            quantization_config,
            strict_mode_config,
            metadata: _,
        } = self;
        let mut faults = Faults::default();
        faults.within_any("vectors", vectors.iter().flatten().map(|(_, params)| params));
        faults.within_any("sparse_vectors", sparse_vectors.iter().flatten().map(|(_, params)| params));
        faults.within("optimizers_config", optimizers_config.as_ref());
        faults.within("params", params.as_ref());
        faults.within("hnsw_config", hnsw_config.as_ref());
        faults.within("quantization_config", quantization_config.as_ref());
        if let Some(limits) = strict_mode_config {
            limits.check("strict_mode_config", &mut faults);
        }
        faults.into_result()
    }
}

impl Reconfigure for UpdateCollection {
    fn reconfigured(self, mut config: CollectionConfig) -> Result<CollectionConfig> {
        self.validate()?;
        let Self {
            vectors,
            sparse_vectors,
            optimizers_config,
            params,
            hnsw_config,
            quantization_config,
            strict_mode_config,
            metadata,
        } = self;
        if let Some(diff) = optimizers_config {
            config.optimizer_config = diff.applied_to(config.optimizer_config);
        }
        if let Some(diff) = params {
            config.params = diff.applied_to(config.params);
        }
        if let Some(diff) = hnsw_config {
            config.hnsw_config = diff.applied_to(config.hnsw_config);
        }
        for (name, diff) in vectors.into_iter().flatten() {
            let params = config.params.vectors.get_mut(&name).ok_or_else(|| unknown_vector(&name))?;
            let VectorParamsDiff { hnsw_config, quantization_config, on_disk, memory } = diff;
            if let Some(diff) = hnsw_config {
                params.hnsw_config = Some(diff.merged_into(params.hnsw_config.unwrap_or_default()));
            }
            if let Some(diff) = quantization_config {
                params.quantization_config = diff.into_option();
            }
            params.on_disk = on_disk.or(params.on_disk);
            params.memory = memory.or(params.memory);
        }
        if let Some(diff) = quantization_config {
            config.quantization_config = diff.into_option();
        }
        for (name, diff) in sparse_vectors.into_iter().flatten() {
            let vectors = config.params.sparse_vectors.as_mut();
            let params =
                vectors.and_then(|vectors| vectors.get_mut(&name)).ok_or_else(|| unknown_vector(&name))?;
            let SparseVectorParams { index, modifier } = diff;
            params.modifier = modifier.or(params.modifier);
            if let Some(diff) = index {
                params.index = Some(diff.merged_into(params.index.unwrap_or_default()));
            }
        }
        if let Some(diff) = strict_mode_config {
            config.strict_mode_config = Some(match config.strict_mode_config {
                Some(limits) => diff.merged_into(limits),
                None => diff,
            });
        }
        if let Some(changes) = metadata {
            match &mut config.metadata {
                Some(metadata) => metadata.merge(&changes),
                none => *none = Some(changes),
            }
        }
        Ok(config)
    }
}

fn unknown_vector(name: &str) -> crate::error::Error {
    OperationError::VectorNameNotExists { received_name: name.into() }.into()
}

impl CollectionParamsDiff {
    fn applied_to(self, base: CollectionParams) -> CollectionParams {
        let Self {
            replication_factor,
            write_consistency_factor,
            read_fan_out_factor,
            read_fan_out_delay_ms,
            on_disk_payload,
            payload,
        } = self;
        let memory = |params: PayloadStorageParams| params.memory;
        CollectionParams {
            replication_factor: replication_factor.map_or(base.replication_factor, NonZeroU32::get),
            write_consistency_factor: write_consistency_factor
                .map_or(base.write_consistency_factor, NonZeroU32::get),
            read_fan_out_factor: read_fan_out_factor.or(base.read_fan_out_factor),
            read_fan_out_delay_ms: read_fan_out_delay_ms.or(base.read_fan_out_delay_ms),
            on_disk_payload: on_disk_payload.unwrap_or(base.on_disk_payload),
            payload: payload.or(base.payload).map(|params| PayloadStorageParams {
                memory: params.memory.or(base.payload.and_then(memory)),
            }),
            vectors: base.vectors,
            shard_number: base.shard_number,
            sharding_method: base.sharding_method,
            sparse_vectors: base.sparse_vectors,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::CreateCollection;

    fn config() -> CollectionConfig {
        let request: CreateCollection = serde_json::from_value(json!({
            "vectors": {
                "": { "size": 4, "distance": "Dot", "hnsw_config": { "m": 8 } },
                "b": { "size": 4, "distance": "Dot", "quantization_config": { "turbo": {} } },
            },
            "sparse_vectors": { "s": { "modifier": "idf", "index": { "full_scan_threshold": 9 } } },
            "hnsw_config": { "payload_m": 4 },
            "optimizers_config": { "max_optimization_threads": 3 },
            "quantization_config": { "scalar": { "type": "int8" } },
            "strict_mode_config": { "enabled": true, "max_query_limit": 7 },
            "metadata": { "keep": 1, "change": 1, "remove": 1 },
        }))
        .unwrap();
        CollectionConfig::from_request(request).unwrap()
    }

    fn request(request: Value) -> UpdateCollection {
        serde_json::from_str(&request.to_string()).unwrap()
    }

    /// The settings before a change, and after it.
    fn change(changes: Value) -> (Value, Value) {
        let after = request(changes).reconfigured(config()).unwrap();
        (serde_json::to_value(config()).unwrap(), serde_json::to_value(after).unwrap())
    }

    #[test]
    fn what_is_not_given_or_null_stays() {
        let nothing = [
            json!({}),
            json!({
                "vectors": null, "sparse_vectors": null, "optimizers_config": null, "params": null,
                "hnsw_config": null, "quantization_config": null, "strict_mode_config": null, "metadata": null,
            }),
            json!({
                "vectors": { "": { "hnsw_config": { "m": null }, "on_disk": null }, "b": { "quantization_config": null } },
                "sparse_vectors": { "s": { "index": { "full_scan_threshold": null }, "modifier": null } },
                "optimizers_config": { "max_optimization_threads": null }, "params": { "replication_factor": null },
                "hnsw_config": { "payload_m": null }, "strict_mode_config": { "max_query_limit": null },
                "metadata": {},
            }),
        ];
        for changes in nothing {
            let (before, after) = change(changes);
            assert_eq!(before, after);
        }
    }

    #[test]
    fn every_setting_is_changed_by_itself() {
        let cases = [
            (
                json!({ "vectors": { "": { "hnsw_config": { "ef_construct": 9 } } } }),
                "/params/vectors//hnsw_config",
            ),
            (json!({ "vectors": { "": { "on_disk": true } } }), "/params/vectors//on_disk"),
            (json!({ "vectors": { "b": { "memory": "cold" } } }), "/params/vectors/b/memory"),
            (
                json!({ "sparse_vectors": { "s": { "index": { "on_disk": true } } } }),
                "/params/sparse_vectors/s/index/on_disk",
            ),
            (
                json!({ "sparse_vectors": { "s": { "modifier": "none" } } }),
                "/params/sparse_vectors/s/modifier",
            ),
            (
                json!({ "optimizer_config": { "deleted_threshold": 0.5 } }),
                "/optimizer_config/deleted_threshold",
            ),
            (json!({ "params": { "replication_factor": 3 } }), "/params/replication_factor"),
            (json!({ "params": { "write_consistency_factor": 3 } }), "/params/write_consistency_factor"),
            (json!({ "params": { "read_fan_out_factor": 3 } }), "/params/read_fan_out_factor"),
            (json!({ "params": { "read_fan_out_delay_ms": 3 } }), "/params/read_fan_out_delay_ms"),
            (json!({ "params": { "on_disk_payload": false } }), "/params/on_disk_payload"),
            (json!({ "params": { "payload": { "memory": "cached" } } }), "/params/payload"),
            (json!({ "hnsw_config": { "m": 4 } }), "/hnsw_config/m"),
            (json!({ "quantization_config": { "binary": {} } }), "/quantization_config"),
            (json!({ "strict_mode_config": { "max_timeout": 4 } }), "/strict_mode_config/max_timeout"),
        ];
        for (changes, path) in cases {
            let (mut before, after) = change(changes.clone());
            assert_ne!(before.pointer(path), after.pointer(path), "{changes}");
            let (parent, key) = path.rsplit_once('/').unwrap();
            let changed = after.pointer(path).unwrap().clone();
            before.pointer_mut(parent).unwrap()[key] = changed;
            assert_eq!(before, after, "{changes}");
        }
    }

    #[test]
    fn differences_are_merged() {
        let (_, after) = change(json!({
            "vectors": { "": { "hnsw_config": { "ef_construct": 9 } } },
            "sparse_vectors": { "s": { "index": { "memory": "cold" } } },
            "strict_mode_config": { "max_timeout": 4 },
        }));
        assert_eq!(after["params"]["vectors"][""]["hnsw_config"], json!({ "m": 8, "ef_construct": 9 }));
        let index = &after["params"]["sparse_vectors"]["s"]["index"];
        assert_eq!(index, &json!({ "full_scan_threshold": 9, "memory": "cold" }));
        let limits = &after["strict_mode_config"];
        assert_eq!(limits, &json!({ "enabled": true, "max_query_limit": 7, "max_timeout": 4 }));
    }

    #[test]
    fn what_can_be_unset_is() {
        let (_, after) = change(json!({
            "vectors": { "b": { "quantization_config": "Disabled" } },
            "quantization_config": "Disabled",
            "optimizers_config": { "max_optimization_threads": "auto" },
            "metadata": { "change": { "to": null }, "remove": null, "add": 2 },
        }));
        assert_eq!(after["params"]["vectors"]["b"], json!({ "size": 4, "distance": "Dot" }));
        assert_eq!(after["quantization_config"], json!(null));
        assert_eq!(after["optimizer_config"]["max_optimization_threads"], json!(null));
        assert_eq!(after["metadata"], json!({ "keep": 1, "change": { "to": null }, "add": 2 }));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refusal = |changes| {
            let error = request(changes).reconfigured(config()).unwrap_err();
            (error.status(), error.to_string())
        };
        for name in ["vectors", "sparse_vectors"] {
            let expected = "Wrong input: Not existing vector name error: none";
            assert_eq!(refusal(json!({ name: { "none": {} } })), (400, expected.to_owned()));
        }
        let cases = [
            (
                json!({ "vectors": { "b": { "hnsw_config": { "ef_construct": 1 } } } }),
                "vectors.?.hnsw_config.ef_construct: value 1 invalid, must be 4 or larger",
            ),
            (
                json!({ "vectors": { "": { "memory": "pinned" }, "b": { "memory": "pinned" } } }),
                "vectors.?[0].memory: `pinned` memory placement is not supported for dense vector storage; \
                 vectors.?[1].memory: `pinned` memory placement is not supported for dense vector storage",
            ),
            (
                json!({ "params": { "payload": { "memory": "pinned" } } }),
                "params.payload.memory: `pinned` memory placement is not supported for payload storage",
            ),
            (
                json!({ "optimizers_config": { "deleted_threshold": 2 } }),
                "optimizers_config.deleted_threshold: value 2.0 invalid, must be from 0.0 to 1.0",
            ),
            (
                json!({ "quantization_config": { "scalar": { "type": "int8", "quantile": 2 } } }),
                "quantization_config.scalar.quantile: value 2.0 invalid, must be from 0.5 to 1.0",
            ),
            (
                json!({ "strict_mode_config": { "max_timeout": 0 } }),
                "strict_mode_config.max_timeout: value 0 invalid, must be 1 or larger",
            ),
        ];
        for (changes, expected) in cases {
            let expected = format!("Validation error in JSON body: [{expected}]");
            assert_eq!(refusal(changes), (422, expected));
        }
    }

    #[test]
    fn what_is_no_change_is_not_parsed() {
        let error = |changes: Value| {
            serde_json::from_str::<UpdateCollection>(&changes.to_string()).unwrap_err().to_string()
        };
        let quantization = error(json!({ "quantization_config": "disabled" }));
        assert!(quantization.contains("untagged enum QuantizationConfigDiff"), "{quantization}");
        let factor = error(json!({ "params": { "replication_factor": 0 } }));
        assert!(factor.contains("expected a nonzero u32"), "{factor}");
    }
}
