//! The vectors that points found by MMR are compared by. The engine returns them with the points, whether
//! they were asked for or not.

use qdrant_edge::{
    DEFAULT_VECTOR_NAME, QueryRequest, ScoredPoint, ScoringQuery, VectorStructInternal, WithVector,
};

/// What to take away from the points that a query finds.
pub(super) enum Unasked {
    Nothing,
    AllVectors,
    Vector(String),
}

impl Unasked {
    pub(super) fn of(request: &QueryRequest) -> Self {
        let Some(ScoringQuery::Mmr(mmr)) = &request.query else { return Self::Nothing };
        match &request.with_vector {
            WithVector::Bool(true) => Self::Nothing,
            WithVector::Bool(false) => Self::AllVectors,
            WithVector::Selector(names) if names.contains(&mmr.using) => Self::Nothing,
            WithVector::Selector(_) => Self::Vector(mmr.using.clone()),
        }
    }

    pub(super) fn removed_from(&self, mut point: ScoredPoint) -> ScoredPoint {
        match self {
            Self::Nothing => {}
            Self::AllVectors => point.vector = None,
            Self::Vector(name) => match &mut point.vector {
                Some(VectorStructInternal::Named(vectors)) => {
                    vectors.remove(name);
                }
                Some(VectorStructInternal::Single(_) | VectorStructInternal::MultiDense(_))
                    if name == DEFAULT_VECTOR_NAME =>
                {
                    point.vector = None;
                }
                _ => {}
            },
        }
        point
    }
}
