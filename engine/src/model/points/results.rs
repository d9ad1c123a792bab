//! Points as results.

use qdrant_edge::{OrderValue, Payload, PointId};
use serde::Serialize;

use crate::model::vectors::VectorStructOutput;

/// A stored point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Id of the point.
    pub id: PointId,
    /// Its payload, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// Its vectors, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<VectorStructOutput>,
    /// The value that ordered it, in the order of a payload field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_value: Option<OrderValue>,
}

/// A point found by a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredPoint {
    /// Id of the point.
    pub id: PointId,
    /// Number of the operation that wrote it last.
    pub version: u64,
    /// How near it is: a similarity or a distance, by the metric of the vector.
    pub score: f32,
    /// Its payload, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// Its vectors, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<VectorStructOutput>,
    /// The value that ordered it, in the order of a payload field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_value: Option<OrderValue>,
}

/// A page of points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScrollResult {
    /// The points of the page.
    pub points: Vec<Record>,
    /// `offset` of the next page. `None` on the last one, and in the order of a payload field.
    pub next_page_offset: Option<PointId>,
}

/// A number of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CountResult {
    /// The number.
    pub count: usize,
}

impl From<qdrant_edge::Record> for Record {
    fn from(record: qdrant_edge::Record) -> Self {
        // A lone node has no shard keys.
        let qdrant_edge::Record { id, payload, vector, shard_key: _, order_value } = record;
        Self { id, payload, vector: vector.map(Into::into), order_value }
    }
}

impl From<qdrant_edge::ScoredPoint> for ScoredPoint {
    fn from(point: qdrant_edge::ScoredPoint) -> Self {
        // The location is for reads within the engine only.
        let qdrant_edge::ScoredPoint {
            id,
            version,
            score,
            payload,
            vector,
            shard_key: _,
            order_value,
            location: _,
        } = point;
        Self { id, version, score, payload, vector: vector.map(Into::into), order_value }
    }
}

#[cfg(test)]
mod tests {
    use qdrant_edge::{SparseVector, TypedMultiDenseVector, VectorInternal, VectorStructInternal};
    use serde_json::to_string;

    use super::*;

    fn record(vector: Option<VectorStructInternal>) -> String {
        let payload = Some(Payload(serde_json::Map::new()));
        let record =
            qdrant_edge::Record { id: 7.into(), payload, vector, shard_key: None, order_value: None };
        to_string(&Record::from(record)).unwrap()
    }

    #[test]
    fn what_was_not_asked_for_is_absent() {
        let mut point = qdrant_edge::ScoredPoint {
            id: u64::MAX.into(),
            version: 3,
            score: 0.1,
            payload: None,
            vector: None,
            shard_key: None,
            order_value: None,
            location: None,
        };
        assert_eq!(
            to_string(&ScoredPoint::from(point.clone())).unwrap(),
            r#"{"id":18446744073709551615,"version":3,"score":0.1}"#
        );
        point.id = "550e8400-e29b-41d4-a716-446655440000".parse().unwrap();
        point.order_value = Some(OrderValue::Int(5));
        assert_eq!(
            to_string(&ScoredPoint::from(point)).unwrap(),
            r#"{"id":"550e8400-e29b-41d4-a716-446655440000","version":3,"score":0.1,"order_value":5}"#
        );
    }

    #[test]
    fn each_kind_of_vector_has_its_form_with_the_shortest_numbers() {
        let multi = TypedMultiDenseVector::try_from_matrix(vec![vec![0.1, 2.0], vec![3.0, 4.5]]).unwrap();
        let sparse = SparseVector { indices: vec![1, 9], values: vec![0.3, 1.0] };
        assert_eq!(record(None), r#"{"id":7,"payload":{}}"#);
        assert_eq!(
            record(Some(VectorStructInternal::Single(vec![0.1, 16777216.0, 1e-8]))),
            r#"{"id":7,"payload":{},"vector":[0.1,16777216.0,1e-8]}"#
        );
        assert_eq!(
            record(Some(VectorStructInternal::MultiDense(multi.clone()))),
            r#"{"id":7,"payload":{},"vector":[[0.1,2.0],[3.0,4.5]]}"#
        );
        let named = [
            ("s".to_owned(), VectorInternal::Sparse(sparse)),
            ("d".to_owned(), VectorInternal::Dense(vec![1.5])),
            ("m".to_owned(), VectorInternal::MultiDense(multi)),
        ];
        assert_eq!(
            record(Some(VectorStructInternal::Named(named.into()))),
            r#"{"id":7,"payload":{},"vector":{"d":[1.5],"m":[[0.1,2.0],[3.0,4.5]],"s":{"indices":[1,9],"values":[0.3,1.0]}}}"#
        );
    }
}
