use std::collections::HashMap;

use qdrant_edge::{DEFAULT_VECTOR_NAME, EdgeShardRead, SearchMatrixRequest, SearchMatrixResponse};

use super::Collection;
use super::vector_schema::check_name;
use crate::error::Result;
use crate::model::{
    SearchMatrix, SearchMatrixOffsets, SearchMatrixOffsetsResponse, SearchMatrixPair, SearchMatrixPairs,
    SearchMatrixPairsResponse,
};
use crate::operation::Read;

const DEFAULT_SAMPLE: usize = 10;

const DEFAULT_LIMIT: usize = 3;

impl Read for SearchMatrixPairs {
    type Output = SearchMatrixPairsResponse;

    fn execute(self, collection: &Collection) -> Result<SearchMatrixPairsResponse> {
        let SearchMatrixResponse { sample_ids, nearests } = search(collection, self.0)?;
        let pairs = sample_ids.into_iter().zip(nearests).flat_map(|(a, nearest)| {
            nearest.into_iter().map(move |point| SearchMatrixPair { a, b: point.id, score: point.score })
        });
        Ok(SearchMatrixPairsResponse { pairs: pairs.collect() })
    }
}

impl Read for SearchMatrixOffsets {
    type Output = SearchMatrixOffsetsResponse;

    fn execute(self, collection: &Collection) -> Result<SearchMatrixOffsetsResponse> {
        let SearchMatrixResponse { sample_ids, nearests } = search(collection, self.0)?;
        let places: HashMap<_, _> = sample_ids.iter().copied().zip(0..).collect();
        let mut response = SearchMatrixOffsetsResponse { ids: sample_ids, ..Default::default() };
        for (row, nearest) in (0..).zip(nearests) {
            for point in nearest {
                response.offsets_row.push(row);
                response.offsets_col.push(places[&point.id]);
                response.scores.push(point.score);
            }
        }
        Ok(response)
    }
}

fn search(collection: &Collection, request: SearchMatrix) -> Result<SearchMatrixResponse> {
    request.validate()?;
    let SearchMatrix { sample, limit, filter, using } = request;
    let (sample, limit) = (sample.unwrap_or(DEFAULT_SAMPLE), limit.unwrap_or(DEFAULT_LIMIT));
    collection.check_limits(|limits| {
        limits.limit(sample.saturating_mul(limit))?;
        limits.read_filter(filter.as_ref())?;
        limits.count_filtered_read(filter.as_ref())
    })?;
    let using = using.unwrap_or_else(|| DEFAULT_VECTOR_NAME.to_owned());
    check_name(&collection.shard().config(), &using)?;
    Ok(collection.shard().search_matrix(SearchMatrixRequest {
        sample_size: collection.at_most_all(sample)?,
        limit_per_sample: collection.at_most_all(limit)?,
        filter,
        using,
    })?)
}
