use qdrant_edge::{PointId, WithPayloadInterface, WithVector};
use serde::Deserialize;

/// Reads points by id. The result has the order of the ids, without those that do not exist and with
/// each point once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RetrievePoints {
    /// Ids of the points.
    pub ids: Vec<PointId>,
    /// Which payload to return. Default: all.
    pub with_payload: Option<WithPayloadInterface>,
    /// Which vectors to return. Default: none.
    #[serde(alias = "with_vectors")]
    pub with_vector: Option<WithVector>,
}

impl RetrievePoints {
    /// Reads points with their payload.
    pub fn new(ids: Vec<PointId>) -> Self {
        Self { ids, with_payload: None, with_vector: None }
    }
}
