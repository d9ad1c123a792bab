//! Strict mode: the limits that a collection sets for the requests to it, and the server's words for
//! those that exceed them.

mod rate;
mod size;
mod unindexed;

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use qdrant_edge::{
    CountRequest, Filter, JsonPath, PayloadFieldSchema, SearchParams, VectorPersisted, VectorStructPersisted,
};

use super::Collection;
use crate::error::{Error, Result};
use crate::model::{Expression, StrictModeConfig};
use rate::RateLimiter;
use unindexed::Unindexed;

/// Checks the parts of a request against the limits of a collection. Each method passes what has no
/// limit.
pub struct StrictMode<'a> {
    config: &'a StrictModeConfig,
    collection: &'a Collection,
}

/// What is left of the operations that a collection takes in a minute.
#[derive(Debug, Default)]
pub(super) struct Rates {
    read: Mutex<Option<Arc<RateLimiter>>>,
    write: Mutex<Option<Arc<RateLimiter>>>,
}

impl Collection {
    /// Runs `check`, if the collection's strict mode is on.
    pub(crate) fn check_limits(&self, check: impl FnOnce(&StrictMode<'_>) -> Result<()>) -> Result<()> {
        let config = match &self.config.read().strict_mode_config {
            Some(config) if config.enabled == Some(true) => config.clone(),
            _ => return Ok(()),
        };
        check(&StrictMode { config: &config, collection: self })
    }
}

impl StrictMode<'_> {
    /// The `timeout` of a request.
    pub(crate) fn timeout(&self, timeout: Option<Duration>) -> Result<()> {
        let seconds = timeout.map(|timeout| usize::try_from(timeout.as_secs()).unwrap_or(usize::MAX));
        at_most(seconds, self.config.max_timeout, "timeout")
    }

    /// How many points a read may return.
    pub(crate) fn limit(&self, limit: usize) -> Result<()> {
        at_most(Some(limit), self.config.max_query_limit, "limit")
    }

    /// How many queries come at once.
    pub(crate) fn searches(&self, searches: usize) -> Result<()> {
        at_most(Some(searches), self.config.search_max_batchsize, "search batch size")
    }

    /// The filter of a read.
    pub(crate) fn read_filter(&self, filter: Option<&Filter>) -> Result<()> {
        self.filter(filter, self.config.unindexed_filtering_retrieve)
    }

    /// The filter of a write.
    pub(crate) fn write_filter(&self, filter: Option<&Filter>) -> Result<()> {
        self.filter(filter, self.config.unindexed_filtering_update)
    }

    /// Whether a read is to be exact.
    pub(crate) fn exact(&self, exact: bool) -> Result<()> {
        if exact && self.config.search_allow_exact == Some(false) {
            return Err(refusal("Exact search disabled!", "Set exact=false."));
        }
        Ok(())
    }

    /// How a query is to search.
    pub(crate) fn params(&self, params: Option<&SearchParams>) -> Result<()> {
        let Some(params) = params else { return Ok(()) };
        let oversampling = params.quantization.and_then(|quantization| quantization.oversampling);
        at_most(oversampling, self.config.search_max_oversampling, "oversampling")?;
        at_most(params.hnsw_ef, self.config.search_max_hnsw_ef, "hnsw_ef")?;
        self.read_filter(params.idf.as_ref().and_then(|idf| idf.corpus()))?;
        self.exact(params.exact)
    }

    /// The fields of a formula.
    pub(crate) fn formula(&self, formula: &Expression) -> Result<()> {
        if self.config.unindexed_filtering_retrieve != Some(false) {
            return Ok(());
        }
        match unindexed::in_expression(&self.schema()?, formula) {
            Some(field) => Err(index_required(&field, "formula expression")),
            None => Ok(()),
        }
    }

    /// The field that points are grouped by.
    pub(crate) fn group_by(&self, field: &JsonPath) -> Result<()> {
        if self.config.unindexed_filtering_retrieve != Some(false) {
            return Ok(());
        }
        let problem = match self.schema()?.get(field) {
            Some(index) if index.supports_match() => return Ok(()),
            Some(index) => format!("Index of type \"{:?}\" found for \"{field}\"", index.kind()),
            None => format!("Index required but not found for \"{field}\""),
        };
        Err(refusal(problem, "Create an index supporting `match` for this key."))
    }

    /// A search of `vector` among all points that match `filter`, where exact searches are forbidden: there
    /// has to be a graph for it.
    pub(crate) fn graph_search(&self, vector: &str, filter: Option<&Filter>) -> Result<()> {
        if self.config.search_allow_exact != Some(false) {
            return Ok(());
        }
        let (m, payload_m) = {
            let config = self.collection.shard().config();
            let Some(params) = config.vectors.get(vector) else { return Ok(()) };
            let hnsw = params.hnsw_config.unwrap_or_else(|| config.hnsw_config());
            (hnsw.m, hnsw.payload_m.unwrap_or(hnsw.m))
        };
        if m > 0 {
            return Ok(());
        }
        let place = if vector.is_empty() { String::new() } else { format!(" on '{vector}'") };
        if !self.selects_tenant(filter)? {
            return Err(refusal(
                format!(
                    "Request is forbidden{place} because global vector indexing is disabled (hnsw_config.m = 0)"
                ),
                "Use tenant-specific filter, enable global vector indexing or enable strict mode \
                 `search_allow_exact` option",
            ));
        }
        if payload_m == 0 {
            return Err(refusal(
                format!(
                    "Request is forbidden{place} because vector indexing is disabled (hnsw_config.m = 0 and \
                     hnsw_config.payload_m = 0)"
                ),
                "Enable vector indexing, use a prefetch query with indexed vectors or enable strict mode \
                 `search_allow_exact` option",
            ));
        }
        Ok(())
    }

    /// How many points one write brings; `what` is the server's name of that.
    pub(crate) fn points(&self, points: usize, what: &str) -> Result<()> {
        at_most(Some(points), self.config.upsert_max_batchsize, what)
    }

    /// The vectors that a write brings.
    pub(crate) fn vectors<'v>(
        &self,
        vectors: impl IntoIterator<Item = &'v VectorStructPersisted>,
    ) -> Result<()> {
        if self.config.multivector_config.is_none() && self.config.sparse_config.is_none() {
            return Ok(());
        }
        for vector in vectors {
            match vector {
                VectorStructPersisted::Single(_) => {}
                VectorStructPersisted::MultiDense(rows) => self.multivector("", rows.len())?,
                VectorStructPersisted::Named(named) => {
                    for (name, vector) in named {
                        match vector {
                            VectorPersisted::Dense(_) => {}
                            VectorPersisted::Sparse(sparse) => {
                                self.sparse_vector(name, sparse.indices.len())?
                            }
                            VectorPersisted::MultiDense(rows) => self.multivector(name, rows.len())?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How large the collection is already, before a write that brings points or vectors.
    pub(crate) fn collection_size(&self) -> Result<()> {
        let shard = self.collection.shard();
        if let Some(max) = self.config.max_collection_vector_size_bytes
            && size::of_vectors(shard)? >= max
        {
            return Err(full("vector storage size", format_args!("{}MB", megabytes(max))));
        }
        self.payload_size()?;
        if let Some(max) = self.config.max_points_count
            && shard.info()?.points_count >= max
        {
            return Err(full("points count", max));
        }
        Ok(())
    }

    /// How large the payload is already, before a write that adds to it.
    pub(crate) fn payload_size(&self) -> Result<()> {
        match self.config.max_collection_payload_size_bytes {
            Some(max) if size::of_payload(self.collection.shard()) >= max => {
                Err(full("payload storage size", format_args!("{}MB", megabytes(max))))
            }
            _ => Ok(()),
        }
    }

    /// How much memory the process has already, before a write that needs more.
    pub(crate) fn memory(&self) -> Result<()> {
        let Some(limit) = self.config.max_resident_memory_percent else { return Ok(()) };
        match size::resident_memory_percent() {
            Some(used) if used >= limit => Err(refusal(
                format!(
                    "Resident memory usage is at {used}% of total memory, exceeding the configured limit of {limit}%"
                ),
                "Reduce memory usage (e.g. delete points or drop collections), or raise \
                 `max_resident_memory_percent` in the strict mode config of this collection.",
            )),
            _ => Ok(()),
        }
    }

    /// How many payload indexes there are already, before one more.
    pub(crate) fn payload_indexes(&self) -> Result<()> {
        match self.config.max_payload_index_count {
            Some(max) if self.schema()?.len() >= max => Err(refusal(
                format!("Collection already has the maximum number of payload indices ({max})"),
                "Please delete an existing index before creating a new one.",
            )),
            _ => Ok(()),
        }
    }

    /// Counts a read against those that are allowed in a minute. To be called last.
    pub(crate) fn count_read(&self, cost: usize) -> Result<()> {
        count(&self.collection.rates.read, "Read", self.config.read_rate_limit, cost)
    }

    /// As [`count_read`](Self::count_read), for a read without a vector.
    pub(crate) fn count_filtered_read(&self, filter: Option<&Filter>) -> Result<()> {
        self.count_read(1 + filter.map_or(0, Filter::total_conditions_count))
    }

    /// Counts a write against those that are allowed in a minute. To be called last.
    pub(crate) fn count_write(&self, cost: usize) -> Result<()> {
        count(&self.collection.rates.write, "Write", self.config.write_rate_limit, cost)
    }

    /// As [`count_write`](Self::count_write), for a write to the points that match a filter, if there is one.
    pub(crate) fn count_filtered_write(&self, filter: Option<&Filter>) -> Result<()> {
        let points = match filter {
            Some(filter) if self.config.write_rate_limit.is_some() => {
                let request = CountRequest { filter: Some(filter.clone()), exact: false };
                self.collection.shard().count(request)?
            }
            _ => 1,
        };
        self.count_write(points.max(1))
    }

    fn filter(&self, filter: Option<&Filter>, allow_unindexed: Option<bool>) -> Result<()> {
        let Some(filter) = filter else { return Ok(()) };
        // First of all: no index would help here.
        if let Some(field) = filter.one_substring_match_key() {
            return Err(refusal(
                format!(
                    "Substring matching is not allowed, used for \"{field}\": it scans every value of the field, \
                     with or without an index"
                ),
                "Use a prefix match or a full-text match instead.",
            ));
        }
        let conditions = filter.total_conditions_count();
        if self.config.filter_max_conditions.is_some_and(|max| conditions > max) {
            let max = self.config.filter_max_conditions.unwrap_or_default();
            return Err(refusal(
                format!("Filter condition limit reached ({conditions} > {max})"),
                "Reduce the amount of conditions of your filter.",
            ));
        }
        let largest = filter.max_condition_input_size();
        if let Some(max) = self.config.condition_max_size.filter(|max| largest > *max) {
            return Err(refusal(
                format!("Condition size limit reached ({largest} > {max})"),
                "Reduce the size of your condition.",
            ));
        }
        if allow_unindexed == Some(false)
            && let Some(field) = unindexed::in_filter(&self.schema()?, filter)
        {
            return Err(index_required(&field, "filter"));
        }
        Ok(())
    }

    /// Whether a filter selects by a field that tells tenants apart.
    fn selects_tenant(&self, filter: Option<&Filter>) -> Result<bool> {
        let Some(filter) = filter else { return Ok(false) };
        let schema = self.schema()?;
        let mut fields = filter.iter_conditions().filter_map(|condition| condition.targeted_key());
        Ok(fields.any(|field| schema.get(&field).is_some_and(PayloadFieldSchema::is_tenant)))
    }

    fn multivector(&self, name: &str, rows: usize) -> Result<()> {
        let limits = self.config.multivector_config.as_ref().and_then(|limits| limits.get(name));
        match limits.and_then(|limits| limits.max_vectors) {
            Some(max) if rows > max => Err(Error::BadRequest(format!(
                "Multivector '{name}' has a limit of {max} vectors, but {rows} were provided!"
            ))),
            _ => Ok(()),
        }
    }

    fn sparse_vector(&self, name: &str, length: usize) -> Result<()> {
        let limits = self.config.sparse_config.as_ref().and_then(|limits| limits.get(name));
        match limits.and_then(|limits| limits.max_length) {
            Some(max) if length > max => Err(Error::BadRequest(format!(
                "Sparse vector '{name}' has a limit of {max} indices, but {length} were provided!"
            ))),
            _ => Ok(()),
        }
    }

    fn schema(&self) -> Result<unindexed::Schema> {
        let fields = self.collection.shard().info()?.payload_schema.into_iter();
        fields
            .map(|(field, index)| Ok((field, PayloadFieldSchema::try_from(index).map_err(Error::Service)?)))
            .collect()
    }
}

fn at_most<T: PartialOrd + Display>(value: Option<T>, max: Option<T>, name: &str) -> Result<()> {
    match (value, max) {
        (Some(value), Some(max)) if value > max => Err(refusal(
            format!("Limit exceeded {value} > {max} for \"{name}\""),
            format_args!("Reduce the \"{name}\" parameter to or below {max}."),
        )),
        _ => Ok(()),
    }
}

fn index_required(field: &Unindexed, used_by: &str) -> Error {
    let Unindexed { field, kinds } = field;
    refusal(
        format!(
            "Index required but not found for \"{field}\" of one of the following types: [{}]",
            kinds.join(", ")
        ),
        format_args!("Create an index for this key or use a different {used_by}."),
    )
}

fn refusal(problem: impl Display, help: impl Display) -> Error {
    Error::BadRequest(format!("{problem}. Help: {help}"))
}

fn full(what: &str, max: impl Display) -> Error {
    Error::BadRequest(format!("Max {what} limit of {max} reached!"))
}

fn megabytes(bytes: usize) -> f32 {
    bytes as f32 / (1024.0 * 1024.0)
}

fn count(
    limiter: &Mutex<Option<Arc<RateLimiter>>>,
    name: &'static str,
    per_minute: Option<usize>,
    cost: usize,
) -> Result<()> {
    let Some(per_minute) = per_minute else { return Ok(()) };
    let limiter = {
        let mut limiter = limiter.lock();
        match &*limiter {
            Some(limiter) if limiter.per_minute() == per_minute => limiter.clone(),
            // The limit is new, or another than before.
            _ => limiter.insert(Arc::new(RateLimiter::new(name, per_minute))).clone(),
        }
    };
    limiter.take(cost)
}
