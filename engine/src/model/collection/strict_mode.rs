//! Limits that a collection sets for the requests to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::model::validation::Faults;

/// Limits for the requests to a collection. What is not given has no limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct StrictModeConfig {
    /// Whether the limits apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Highest `limit` of any request, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub max_query_limit: Option<usize>,
    /// Highest `timeout` in seconds, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub max_timeout: Option<usize>,
    /// Whether reads may filter by fields without an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unindexed_filtering_retrieve: Option<bool>,
    /// Whether writes may filter by fields without an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unindexed_filtering_update: Option<bool>,
    /// Highest `hnsw_ef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_max_hnsw_ef: Option<usize>,
    /// Whether exact searches are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_allow_exact: Option<bool>,
    /// Highest `oversampling`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_max_oversampling: Option<f64>,
    /// Most points in one upsert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upsert_max_batchsize: Option<usize>,
    /// Most searches in one batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_max_batchsize: Option<usize>,
    /// Most bytes of vectors in the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_collection_vector_size_bytes: Option<usize>,
    /// Most reads per minute, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub read_rate_limit: Option<usize>,
    /// Most writes per minute, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub write_rate_limit: Option<usize>,
    /// Most bytes of payload in the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_collection_payload_size_bytes: Option<usize>,
    /// Most points in the collection, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub max_points_count: Option<usize>,
    /// Most conditions in a filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_max_conditions: Option<usize>,
    /// Most values in a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_max_size: Option<usize>,
    /// Limits for multivectors, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multivector_config: Option<BTreeMap<String, StrictModeMultivector>>,
    /// Limits for sparse vectors, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sparse_config: Option<BTreeMap<String, StrictModeSparse>>,
    /// Most payload indexes in the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_payload_index_count: Option<usize>,
    /// Share of the machine's memory, in percent from 1 to 100, from which writes are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 100))]
    pub max_resident_memory_percent: Option<u8>,
}

/// Limits for a multivector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct StrictModeMultivector {
    /// Most rows, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub max_vectors: Option<usize>,
}

/// Limits for a sparse vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct StrictModeSparse {
    /// Most values, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    pub max_length: Option<usize>,
}

impl StrictModeConfig {
    /// `base` with what is given here in its place.
    pub(super) fn merged_into(self, base: Self) -> Self {
        let Self {
            enabled,
            max_query_limit,
            max_timeout,
            unindexed_filtering_retrieve,
            unindexed_filtering_update,
            search_max_hnsw_ef,
            search_allow_exact,
            search_max_oversampling,
            upsert_max_batchsize,
            search_max_batchsize,
            max_collection_vector_size_bytes,
            read_rate_limit,
            write_rate_limit,
            max_collection_payload_size_bytes,
            max_points_count,
            filter_max_conditions,
            condition_max_size,
            multivector_config,
            sparse_config,
            max_payload_index_count,
            max_resident_memory_percent,
        } = self;
        Self {
            enabled: enabled.or(base.enabled),
            max_query_limit: max_query_limit.or(base.max_query_limit),
            max_timeout: max_timeout.or(base.max_timeout),
            unindexed_filtering_retrieve: unindexed_filtering_retrieve.or(base.unindexed_filtering_retrieve),
            unindexed_filtering_update: unindexed_filtering_update.or(base.unindexed_filtering_update),
            search_max_hnsw_ef: search_max_hnsw_ef.or(base.search_max_hnsw_ef),
            search_allow_exact: search_allow_exact.or(base.search_allow_exact),
            search_max_oversampling: search_max_oversampling.or(base.search_max_oversampling),
            upsert_max_batchsize: upsert_max_batchsize.or(base.upsert_max_batchsize),
            search_max_batchsize: search_max_batchsize.or(base.search_max_batchsize),
            max_collection_vector_size_bytes: max_collection_vector_size_bytes
                .or(base.max_collection_vector_size_bytes),
            read_rate_limit: read_rate_limit.or(base.read_rate_limit),
            write_rate_limit: write_rate_limit.or(base.write_rate_limit),
            max_collection_payload_size_bytes: max_collection_payload_size_bytes
                .or(base.max_collection_payload_size_bytes),
            max_points_count: max_points_count.or(base.max_points_count),
            filter_max_conditions: filter_max_conditions.or(base.filter_max_conditions),
            condition_max_size: condition_max_size.or(base.condition_max_size),
            multivector_config: multivector_config.or(base.multivector_config),
            sparse_config: sparse_config.or(base.sparse_config),
            max_payload_index_count: max_payload_index_count.or(base.max_payload_index_count),
            max_resident_memory_percent: max_resident_memory_percent.or(base.max_resident_memory_percent),
        }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        faults.within(path, Some(self));
        let multivectors = self.multivector_config.iter().flatten().map(|(_, limits)| limits);
        faults.within_each(&format!("{path}.multivector_config.config"), multivectors);
        let sparse = self.sparse_config.iter().flatten().map(|(_, limits)| limits);
        faults.within_each(&format!("{path}.sparse_config.config"), sparse);
    }
}
