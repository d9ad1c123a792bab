use qdrant_edge::QueryBatchRequest;

use super::Collection;
use super::query_points::query_requests;
use super::referenced_vectors::look_up_elsewhere;
use crate::error::Result;
use crate::model::{QueryBatch, QueryResponse};
use crate::operation::{Collections, Read};

impl Read for QueryBatch {
    type Output = Vec<QueryResponse>;

    fn run(mut self, name: &str, collections: &impl Collections) -> Result<Vec<QueryResponse>> {
        self.validate()?;
        look_up_elsewhere(&mut self.searches, name, collections)?;
        collections.enter(name, |collection| query(collection, self, Some(name)))
    }

    fn execute(self, collection: &Collection) -> Result<Vec<QueryResponse>> {
        self.validate()?;
        query(collection, self, None)
    }
}

fn query(collection: &Collection, batch: QueryBatch, name: Option<&str>) -> Result<Vec<QueryResponse>> {
    let queries = query_requests(collection, batch.searches, name)?;
    let answers = collection.shard().query_batch(QueryBatchRequest { queries })?;
    let responses = answers
        .into_iter()
        .map(|points| QueryResponse { points: points.into_iter().map(Into::into).collect() });
    Ok(responses.collect())
}
