use qdrant_edge::{
    Condition, DEFAULT_VECTOR_NAME, Filter, NamedQuery, PointId, QueryEnum, QueryRequest, RetrieveRequest,
    ScoringQuery, VectorInternal, VectorStructInternal, WithVector,
};

use super::Collection;
use super::vector_schema::{check_name, check_query_vector};
use crate::error::{Error, Result};
use crate::model::{NearestQuery, Query, QueryPoints, QueryResponse, VectorInput};
use crate::operation::Read;

const DEFAULT_LIMIT: usize = 10;

impl Read for QueryPoints {
    type Output = QueryResponse;

    fn execute(self, collection: &Collection) -> Result<QueryResponse> {
        self.validate()?;
        run(collection, self)
    }
}

/// Runs a query that has been validated.
pub(super) fn run(collection: &Collection, query: QueryPoints) -> Result<QueryResponse> {
    let QueryPoints {
        query,
        using,
        filter,
        params,
        score_threshold,
        limit,
        offset,
        with_vector,
        with_payload,
    } = query;
    let using = using.unwrap_or_else(|| DEFAULT_VECTOR_NAME.to_owned());
    let query = query.map(Query::from);
    let filter = exclude(query.as_ref().map(referenced_ids).unwrap_or_default(), filter);
    let query = query.map(|query| resolve(collection, query, using)).transpose()?;
    let request = QueryRequest {
        prefetches: Vec::new(),
        query,
        filter,
        score_threshold,
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        offset: offset.unwrap_or(0),
        params,
        with_vector: with_vector.unwrap_or_default(),
        with_payload: with_payload.unwrap_or_default(),
    };
    let points = collection.shard().query(request)?;
    Ok(QueryResponse { points: points.into_iter().map(Into::into).collect() })
}

/// The points that a query looks for.
fn referenced_ids(query: &Query) -> Vec<PointId> {
    let Query::Nearest(NearestQuery { nearest }) = query;
    match nearest {
        VectorInput::Id(id) => vec![*id],
        VectorInput::Vector(_) => Vec::new(),
    }
}

/// Adds to a filter that the points with these ids are not meant.
fn exclude(ids: Vec<PointId>, filter: Option<Filter>) -> Option<Filter> {
    if ids.is_empty() {
        return filter;
    }
    let others = Filter::new_must_not(Condition::HasId(ids.into_iter().collect()));
    Some(others.merge_owned(filter.unwrap_or_default()))
}

/// Turns a query into the engine's, with vectors in the place of ids.
fn resolve(collection: &Collection, query: Query, using: String) -> Result<ScoringQuery> {
    match query {
        Query::Nearest(NearestQuery { nearest }) => {
            let vector = resolve_vector(collection, nearest, &using)?;
            Ok(ScoringQuery::Vector(QueryEnum::Nearest(NamedQuery::new(vector, using))))
        }
    }
}

fn resolve_vector(collection: &Collection, input: VectorInput, using: &str) -> Result<VectorInternal> {
    let mut vector = match input {
        VectorInput::Id(id) => vector_of_point(collection, id, using)?,
        VectorInput::Vector(vector) => {
            check_query_vector(&collection.shard().config(), using, &vector)?;
            vector.into()
        }
    };
    // Sorts the indices of a sparse vector.
    vector.preprocess();
    Ok(vector)
}

fn vector_of_point(collection: &Collection, id: PointId, name: &str) -> Result<VectorInternal> {
    check_name(&collection.shard().config(), name)?;
    let request = RetrieveRequest {
        point_ids: vec![id],
        with_payload: Some(false.into()),
        with_vector: Some(WithVector::Selector(vec![name.to_owned()])),
    };
    let record = collection.shard().retrieve(request)?.pop();
    let mut vectors = record.ok_or_else(|| Error::no_point(id))?.vector;
    VectorStructInternal::take_opt(&mut vectors, name)
        .ok_or_else(|| Error::NotFound(format!("Vector with name {name:?} for point not found")))
}
