//! What strict mode says of queries.

use qdrant_edge::{DEFAULT_VECTOR_NAME, Filter, SearchParams};

use super::StrictMode;
use super::query_points::DEFAULT_LIMIT;
use crate::error::Result;
use crate::model::{Prefetch, Query, QueryInterface, QueryPoints, Vector, VectorInput};

/// Sparse values that are compared in the time of a dense vector, as the server's rate limit has it.
const SPARSE_VALUES_PER_COMPARISON: usize = 64;

/// A query or one of its prefetches.
struct Stage<'a> {
    prefetch: &'a [Prefetch],
    query: Option<&'a QueryInterface>,
    using: Option<&'a str>,
    filter: Option<&'a Filter>,
    params: Option<&'a SearchParams>,
    limit: usize,
}

/// Checks queries that come at once.
pub(super) fn check_all(limits: &StrictMode<'_>, queries: &[QueryPoints]) -> Result<()> {
    limits.searches(queries.len())?;
    for query in queries {
        Stage::of(query, query.limit.unwrap_or(DEFAULT_LIMIT)).check(limits)?;
    }
    limits.count_read(queries.iter().map(|query| Stage::of(query, 0).cost()).sum())
}

/// Checks a query that returns up to `limit` points, whatever its own limit says.
pub(super) fn check_with_limit(limits: &StrictMode<'_>, query: &QueryPoints, limit: usize) -> Result<()> {
    let stage = Stage::of(query, limit);
    stage.check(limits)?;
    limits.count_read(stage.cost())
}

/// Checks a query.
pub(super) fn check(limits: &StrictMode<'_>, query: &QueryPoints) -> Result<()> {
    check_with_limit(limits, query, query.limit.unwrap_or(DEFAULT_LIMIT))
}

impl<'a> Stage<'a> {
    fn of(query: &'a QueryPoints, limit: usize) -> Self {
        let QueryPoints {
            prefetch,
            query,
            using,
            filter,
            params,
            score_threshold: _,
            limit: _,
            offset: _,
            with_vector: _,
            with_payload: _,
            lookup_from: _,
        } = query;
        let (query, using, filter, params) =
            (query.as_ref(), using.as_deref(), filter.as_ref(), params.as_ref());
        Self { prefetch, query, using, filter, params, limit }
    }

    fn of_prefetch(prefetch: &'a Prefetch) -> Self {
        let Prefetch { prefetch, query, using, filter, params, score_threshold: _, limit, lookup_from: _ } =
            prefetch;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        let (query, using, filter, params) =
            (query.as_ref(), using.as_deref(), filter.as_ref(), params.as_ref());
        Self { prefetch, query, using, filter, params, limit }
    }

    fn prefetches(&self) -> impl Iterator<Item = Stage<'a>> {
        self.prefetch.iter().map(Stage::of_prefetch)
    }

    fn check(&self, limits: &StrictMode<'_>) -> Result<()> {
        self.prefetches().try_for_each(|prefetch| prefetch.check(limits))?;
        match self.query {
            Some(QueryInterface::Query(Query::Formula(query))) => limits.formula(&query.formula)?,
            // What prefetches found is few.
            Some(query) if self.prefetch.is_empty() && compares_vectors(query) => {
                limits.graph_search(self.using.unwrap_or(DEFAULT_VECTOR_NAME), self.filter)?;
            }
            Some(_) | None => {}
        }
        limits.limit(self.limit)?;
        limits.read_filter(self.filter)?;
        limits.params(self.params)
    }

    /// Comparisons with one point.
    fn cost(&self) -> usize {
        if !self.prefetch.is_empty() {
            return self.prefetches().map(|prefetch| prefetch.cost()).sum();
        }
        let inputs = self.query.map(QueryInterface::inputs).unwrap_or_default();
        let comparisons: usize = inputs.iter().map(|(_, input)| comparisons(input)).sum();
        comparisons.max(1) + self.filter.map_or(0, Filter::total_conditions_count)
    }
}

fn compares_vectors(query: &QueryInterface) -> bool {
    match query {
        QueryInterface::Nearest(_) => true,
        QueryInterface::Query(query) => match query {
            Query::Nearest(_)
            | Query::Recommend(_)
            | Query::Discover(_)
            | Query::Context(_)
            | Query::RelevanceFeedback(_) => true,
            Query::OrderBy(_) | Query::Fusion(_) | Query::Rrf(_) | Query::Formula(_) | Query::Sample(_) => {
                false
            }
        },
    }
}

fn comparisons(input: &VectorInput) -> usize {
    match input {
        VectorInput::Vector(Vector::Sparse(sparse)) => {
            sparse.indices.len().div_ceil(SPARSE_VALUES_PER_COMPARISON)
        }
        VectorInput::Vector(Vector::MultiDense(rows)) => rows.len(),
        VectorInput::Vector(_) | VectorInput::Id(_) | VectorInput::Inference(_) => 1,
    }
}
