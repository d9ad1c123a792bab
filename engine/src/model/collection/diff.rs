//! Settings of which only those given differ from a base.

use qdrant_edge::{HnswIndexConfig, Memory};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::config::{OptimizersConfig, WalConfig};

/// Bound of numbers by which the engine allocates. A server takes any; but running out of memory
/// aborts the process, and here that is the caller's.
const MAX_ALLOCATION_PARAM: usize = 65_536;

fn bounded(value: usize) -> Result<(), ValidationError> {
    if value <= MAX_ALLOCATION_PARAM {
        return Ok(());
    }
    let mut error = ValidationError::new("range");
    error.add_param("max".into(), &MAX_ALLOCATION_PARAM);
    Err(error)
}

/// Settings of an HNSW graph, as far as they are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct HnswConfigDiff {
    /// Edges per node, at most 65,536. 0 builds no graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "bounded"))]
    pub m: Option<usize>,
    /// Neighbours to consider while building, 4 to 65,536.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 4), custom(function = "bounded"))]
    pub ef_construct: Option<usize>,
    /// Size of vectors in KB up to which a full scan is preferred; at least 10.
    #[serde(alias = "full_scan_threshold_kb", skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 10))]
    pub full_scan_threshold: Option<usize>,
    /// Threads that build the graph. 0 chooses by the number of cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_indexing_threads: Option<usize>,
    /// Older form of `memory`: `true` is `cold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_disk: Option<bool>,
    /// Where the graph is kept. Default: `cached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Edges per node of the graphs for payload fields, at most 65,536. Default: `m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "bounded"))]
    pub payload_m: Option<usize>,
    /// Keeps copies of the vectors in the graph's file. Needs quantization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline_storage: Option<bool>,
}

impl HnswConfigDiff {
    /// Whether it changes nothing.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Both differences in one; what is given here counts.
    pub(super) fn merged_into(self, base: Self) -> Self {
        let Self {
            m,
            ef_construct,
            full_scan_threshold,
            max_indexing_threads,
            on_disk,
            memory,
            payload_m,
            inline_storage,
        } = self;
        Self {
            m: m.or(base.m),
            ef_construct: ef_construct.or(base.ef_construct),
            full_scan_threshold: full_scan_threshold.or(base.full_scan_threshold),
            max_indexing_threads: max_indexing_threads.or(base.max_indexing_threads),
            on_disk: on_disk.or(base.on_disk),
            memory: memory.or(base.memory),
            payload_m: payload_m.or(base.payload_m),
            inline_storage: inline_storage.or(base.inline_storage),
        }
    }

    /// `base` with what is given here in its place.
    #[expect(deprecated, reason = "`on_disk` is still part of the REST API")]
    pub fn applied_to(self, base: HnswIndexConfig) -> HnswIndexConfig {
        let Self {
            m,
            ef_construct,
            full_scan_threshold,
            max_indexing_threads,
            on_disk,
            memory,
            payload_m,
            inline_storage,
        } = self;
        HnswIndexConfig {
            m: m.unwrap_or(base.m),
            ef_construct: ef_construct.unwrap_or(base.ef_construct),
            full_scan_threshold: full_scan_threshold.unwrap_or(base.full_scan_threshold),
            max_indexing_threads: max_indexing_threads.unwrap_or(base.max_indexing_threads),
            on_disk: on_disk.or(base.on_disk),
            memory: memory.or(base.memory),
            payload_m: payload_m.or(base.payload_m),
            inline_storage: inline_storage.or(base.inline_storage),
        }
    }
}

/// Settings of the optimizer, as far as they are given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Validate)]
#[serde(default)]
pub struct OptimizersConfigDiff {
    /// Fraction of deleted vectors from which a segment is vacuumed, 0 to 1.
    #[validate(range(min = 0.0, max = 1.0))]
    pub deleted_threshold: Option<f64>,
    /// Number of vectors from which a segment is vacuumed, at least 100.
    #[validate(range(min = 100))]
    pub vacuum_min_vector_number: Option<usize>,
    /// Number of segments to aim at. 0 leaves it to the engine.
    pub default_segment_number: Option<usize>,
    /// Size of vectors in KB beyond which segments are not merged.
    #[serde(alias = "max_segment_size_kb")]
    #[validate(range(min = 1))]
    pub max_segment_size: Option<usize>,
    /// Without effect, as vectors are always in mapped files.
    #[serde(alias = "memmap_threshold_kb")]
    pub memmap_threshold: Option<usize>,
    /// Size of vectors in KB from which a segment gets an HNSW graph. 0 means never.
    #[serde(alias = "indexing_threshold_kb")]
    pub indexing_threshold: Option<usize>,
    /// Seconds between flushes.
    pub flush_interval_sec: Option<u64>,
    /// Optimizations that may run at once; `"auto"` is no limit, 0 switches them off.
    pub max_optimization_threads: Option<MaxOptimizationThreads>,
    /// Without effect: points are found as soon as they are written.
    pub prevent_unoptimized: Option<bool>,
}

/// How many optimizations may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxOptimizationThreads {
    /// As many as there are cores for.
    Auto,
    /// At most so many.
    #[serde(untagged)]
    Threads(usize),
}

impl OptimizersConfigDiff {
    /// `base` with what is given here in its place.
    pub fn applied_to(self, base: OptimizersConfig) -> OptimizersConfig {
        let Self {
            deleted_threshold,
            vacuum_min_vector_number,
            default_segment_number,
            max_segment_size,
            memmap_threshold,
            indexing_threshold,
            flush_interval_sec,
            max_optimization_threads,
            prevent_unoptimized,
        } = self;
        OptimizersConfig {
            deleted_threshold: deleted_threshold.unwrap_or(base.deleted_threshold),
            vacuum_min_vector_number: vacuum_min_vector_number.unwrap_or(base.vacuum_min_vector_number),
            default_segment_number: default_segment_number.unwrap_or(base.default_segment_number),
            max_segment_size: max_segment_size.or(base.max_segment_size),
            memmap_threshold: memmap_threshold.or(base.memmap_threshold),
            indexing_threshold: indexing_threshold.or(base.indexing_threshold),
            flush_interval_sec: flush_interval_sec.unwrap_or(base.flush_interval_sec),
            max_optimization_threads: match max_optimization_threads {
                None => base.max_optimization_threads,
                Some(MaxOptimizationThreads::Auto) => None,
                Some(MaxOptimizationThreads::Threads(threads)) => Some(threads),
            },
            prevent_unoptimized: prevent_unoptimized.or(base.prevent_unoptimized),
        }
    }
}

/// Settings of the write-ahead log, as far as they are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Validate)]
#[serde(default)]
pub struct WalConfigDiff {
    /// Size of one segment of the log in MB, 1 to 65,536.
    #[validate(range(min = 1), custom(function = "bounded"))]
    pub wal_capacity_mb: Option<usize>,
    /// Segments to create before they are needed, at most 65,536.
    #[validate(custom(function = "bounded"))]
    pub wal_segments_ahead: Option<usize>,
    /// Full segments to keep, at least 1.
    #[validate(range(min = 1))]
    pub wal_retain_closed: Option<usize>,
}

impl WalConfigDiff {
    /// `base` with what is given here in its place.
    pub fn applied_to(self, base: WalConfig) -> WalConfig {
        let Self { wal_capacity_mb, wal_segments_ahead, wal_retain_closed } = self;
        WalConfig {
            wal_capacity_mb: wal_capacity_mb.unwrap_or(base.wal_capacity_mb),
            wal_segments_ahead: wal_segments_ahead.unwrap_or(base.wal_segments_ahead),
            wal_retain_closed: wal_retain_closed.unwrap_or(base.wal_retain_closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_difference_leaves_everything_as_it_is() {
        let hnsw = HnswIndexConfig { m: 5, payload_m: Some(3), ..HnswIndexConfig::default() };
        assert_eq!(HnswConfigDiff::default().applied_to(hnsw), hnsw);
        let optimizers =
            OptimizersConfig { max_optimization_threads: Some(3), ..OptimizersConfig::default() };
        assert_eq!(OptimizersConfigDiff::default().applied_to(optimizers.clone()), optimizers);
        let wal = WalConfig { wal_capacity_mb: 7, ..WalConfig::default() };
        assert_eq!(WalConfigDiff::default().applied_to(wal), wal);
    }

    #[test]
    fn what_is_given_replaces_the_base() {
        let diff: HnswConfigDiff =
            serde_json::from_value(json!({ "m": 32, "memory": "cold", "on_disk": null })).unwrap();
        let hnsw = serde_json::to_value(diff.applied_to(HnswIndexConfig::default())).unwrap();
        assert_eq!(
            (&hnsw["m"], &hnsw["memory"], &hnsw["on_disk"]),
            (&json!(32), &json!("cold"), &json!(false))
        );
        assert_eq!(hnsw["ef_construct"], 100);

        let diff: OptimizersConfigDiff =
            serde_json::from_value(json!({ "indexing_threshold_kb": 0, "deleted_threshold": 0.5 })).unwrap();
        let optimizers = diff.applied_to(OptimizersConfig::default());
        assert_eq!((optimizers.indexing_threshold, optimizers.deleted_threshold), (Some(0), 0.5));
        assert_eq!(optimizers.flush_interval_sec, 5);
    }

    #[test]
    fn optimization_threads_are_a_number_or_auto() {
        let threads = |json| {
            let diff: OptimizersConfigDiff =
                serde_json::from_value(json!({ "max_optimization_threads": json })).ok()?;
            let base = OptimizersConfig { max_optimization_threads: Some(7), ..OptimizersConfig::default() };
            Some(diff.applied_to(base).max_optimization_threads)
        };
        assert_eq!(threads(json!(0)), Some(Some(0)));
        assert_eq!(threads(json!("auto")), Some(None));
        assert_eq!(threads(json!(null)), Some(Some(7)));
        assert_eq!(threads(json!("many")), None);
    }
}
