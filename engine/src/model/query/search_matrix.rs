use qdrant_edge::{Filter, PointId};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::validation::Faults;

/// Compares points picked by chance with each other.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct SearchMatrix {
    /// How many points to pick, at least 2. Default: 10.
    pub sample: Option<usize>,
    /// How many of its nearest among the others to return for each, at least 1. Default: 3.
    pub limit: Option<usize>,
    /// Conditions on the points. Default: none.
    pub filter: Option<Filter>,
    /// Name of the vector to compare. Default: the default vector.
    pub using: Option<String>,
}

/// [`SearchMatrix`] with the result as a list of pairs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct SearchMatrixPairs(pub SearchMatrix);

/// [`SearchMatrix`] with the result as a sparse matrix.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct SearchMatrixOffsets(pub SearchMatrix);

/// Points and those near to them, as pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchMatrixPairsResponse {
    /// The pairs, those of one point together, nearest first.
    pub pairs: Vec<SearchMatrixPair>,
}

/// Two points and how near they are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchMatrixPair {
    /// A point.
    pub a: PointId,
    /// One near to it.
    pub b: PointId,
    /// How near it is.
    pub score: f32,
}

/// Points and those near to them, as the three lists of a sparse matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SearchMatrixOffsetsResponse {
    /// For each score, the place in `ids` of the point.
    pub offsets_row: Vec<u64>,
    /// For each score, the place in `ids` of the one near to it.
    pub offsets_col: Vec<u64>,
    /// How near they are.
    pub scores: Vec<f32>,
    /// The points.
    pub ids: Vec<PointId>,
}

impl SearchMatrix {
    pub(crate) fn validate(&self) -> Result<()> {
        let Self { sample, limit, filter, using: _ } = self;
        let mut faults = Faults::default();
        faults.within("search_request.filter", filter.as_ref());
        faults.at_least("search_request.sample", *sample, 2);
        faults.at_least("search_request.limit", *limit, 1);
        faults.into_result()
    }
}
