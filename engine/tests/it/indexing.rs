//! What is told of the index that is built in the background.

use qdrant_embedded_engine::collection::GetCollection;
use serde_json::{Value, json};

use crate::common::Store;

const POINTS: u64 = 300;

/// Points with more kilobytes of vectors than the store below leaves without index.
fn points() -> Value {
    (0..POINTS)
        .map(|id| {
            let vector: Vec<f32> = (0..16).map(|at| ((id * 16 + at) as f32).sin()).collect();
            json!({ "id": id, "vector": vector })
        })
        .collect()
}

/// Asks without a pause, so that the answers come from every stage.
#[test]
fn a_collection_is_not_green_before_what_was_written_is_indexed() {
    for round in 0..40 {
        let store = Store::new(json!({
            "vectors": { "size": 16, "distance": "Dot" },
            "optimizers_config": { "indexing_threshold": 10, "default_segment_number": 1 },
        }));
        store.upsert(points());
        let done = std::iter::repeat_with(|| store.read::<GetCollection>(json!({})).unwrap())
            .find(|info| info["status"] != "yellow")
            .unwrap();
        assert_eq!(done["status"], "green", "round {round}");
        assert_eq!(done["indexed_vectors_count"], POINTS, "round {round}");
    }
}
