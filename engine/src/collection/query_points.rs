use std::slice;

use qdrant_edge::{
    Condition, Filter, OperationError, PointId, QueryRequest, Sample as EdgeSample, ScoringQuery,
};

use super::mmr_vector::Unasked;
use super::referenced_vectors::{look_up_elsewhere, look_up_here};
use super::scoring_query::{prefetch_request, scoring_query};
use super::{Collection, query_limits};
use crate::error::{Error, Result};
use crate::inference::{Slot, WithObjects};
use crate::model::{QueryPoints, QueryResponse};
use crate::operation::{Collections, Read};

pub(super) const DEFAULT_LIMIT: usize = 10;

impl Read for QueryPoints {
    type Output = QueryResponse;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn run(mut self, name: &str, collections: &impl Collections) -> Result<QueryResponse> {
        self.validate()?;
        collections.enter(name, |collection| check_limits(collection, &self))?;
        look_up_elsewhere(slice::from_mut(&mut self), name, collections)?;
        collections.enter(name, |collection| query(collection, self, Some(name)))
    }

    fn execute(self, collection: &Collection) -> Result<QueryResponse> {
        self.validate()?;
        check_limits(collection, &self)?;
        query(collection, self, None)
    }
}

impl WithObjects for QueryPoints {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        self.for_each_input(&mut |place, input| visit(place.using, input));
    }
}

fn check_limits(collection: &Collection, query: &QueryPoints) -> Result<()> {
    collection.check_limits(|limits| query_limits::check(limits, query))
}

fn query(collection: &Collection, query: QueryPoints, name: Option<&str>) -> Result<QueryResponse> {
    let request = query_requests(collection, vec![query], name)?.remove(0);
    let unasked = Unasked::of(&request);
    let points = collection.shard().query(request).map_err(query_error)?;
    Ok(QueryResponse { points: points.into_iter().map(|point| unasked.removed_from(point).into()).collect() })
}

/// Nothing but a formula stops a query: the engine gives up all segments when one point has no score, and
/// keeps the reason for itself.
pub(super) fn query_error(error: OperationError) -> Error {
    match error {
        OperationError::Cancelled { .. } => Error::WrongInput(
            "The formula produced a non-finite number for a point, or found no value of the expected type in its \
             payload and/or in the formula defaults"
                .to_owned(),
        ),
        error => error.into(),
    }
}

/// Turns validated queries into the engine's, with vectors in the place of the ids of this collection,
/// which a `lookup_from` may name.
pub(super) fn query_requests(
    collection: &Collection,
    mut queries: Vec<QueryPoints>,
    name: Option<&str>,
) -> Result<Vec<QueryRequest>> {
    queries.iter_mut().try_for_each(|query| collection.bound_query(query))?;
    let referenced = look_up_here(&mut queries, collection, name)?;
    let requests = queries.into_iter().zip(referenced);
    requests.map(|(query, ids)| query_request(collection, query, ids)).collect()
}

fn query_request(collection: &Collection, query: QueryPoints, ids: Vec<PointId>) -> Result<QueryRequest> {
    let QueryPoints {
        prefetch,
        query,
        using,
        filter,
        params,
        score_threshold,
        limit,
        offset,
        with_vector,
        with_payload,
        // Followed already.
        lookup_from: _,
    } = query;
    let config = collection.shard().config();
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    let query = query.map(|query| scoring_query(&config, query.into(), using, limit)).transpose()?;
    let prefetches: Vec<_> =
        prefetch.into_iter().map(|prefetch| prefetch_request(&config, prefetch)).collect::<Result<_>>()?;
    let offset = match query {
        // There is no next page of points by chance.
        Some(ScoringQuery::Sample(EdgeSample::Random)) if prefetches.is_empty() => 0,
        _ => offset.unwrap_or(0),
    };
    Ok(QueryRequest {
        prefetches,
        query,
        filter: exclude(ids, filter),
        score_threshold,
        limit,
        offset,
        params,
        with_vector: with_vector.unwrap_or_default(),
        with_payload: with_payload.unwrap_or_else(|| false.into()),
    })
}

/// Adds to a filter that the points with these ids are not meant.
fn exclude(ids: Vec<PointId>, filter: Option<Filter>) -> Option<Filter> {
    if ids.is_empty() {
        return filter;
    }
    let others = Filter::new_must_not(Condition::HasId(ids.into_iter().collect()));
    Some(others.merge_owned(filter.unwrap_or_default()))
}
