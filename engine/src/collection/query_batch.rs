use qdrant_edge::QueryBatchRequest;

use super::mmr_vector::Unasked;
use super::query_points::{query_error, query_requests};
use super::referenced_vectors::look_up_elsewhere;
use super::{Collection, query_limits};
use crate::error::Result;
use crate::inference::{Slot, WithObjects};
use crate::model::{QueryBatch, QueryResponse};
use crate::operation::{Collections, Read};

impl Read for QueryBatch {
    type Output = Vec<QueryResponse>;

    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        Some(self)
    }

    fn run(mut self, name: &str, collections: &impl Collections) -> Result<Vec<QueryResponse>> {
        self.validate()?;
        collections.enter(name, |collection| check_limits(collection, &self))?;
        look_up_elsewhere(&mut self.searches, name, collections)?;
        collections.enter(name, |collection| query(collection, self, Some(name)))
    }

    fn execute(self, collection: &Collection) -> Result<Vec<QueryResponse>> {
        self.validate()?;
        check_limits(collection, &self)?;
        query(collection, self, None)
    }
}

impl WithObjects for QueryBatch {
    fn check(&self) -> Result<()> {
        self.validate()
    }

    fn for_each_slot(&mut self, visit: &mut dyn FnMut(&str, &mut dyn Slot)) {
        self.searches.iter_mut().for_each(|query| query.for_each_slot(visit));
    }
}

fn check_limits(collection: &Collection, batch: &QueryBatch) -> Result<()> {
    collection.check_limits(|limits| query_limits::check_all(limits, &batch.searches))
}

fn query(collection: &Collection, batch: QueryBatch, name: Option<&str>) -> Result<Vec<QueryResponse>> {
    let queries = query_requests(collection, batch.searches, name)?;
    let unasked: Vec<_> = queries.iter().map(Unasked::of).collect();
    let answers = collection.shard().query_batch(QueryBatchRequest { queries }).map_err(query_error)?;
    let responses = answers.into_iter().zip(unasked).map(|(points, unasked)| QueryResponse {
        points: points.into_iter().map(|point| unasked.removed_from(point).into()).collect(),
    });
    Ok(responses.collect())
}
