//! Points that do not fit: refused as by a server, and nothing of their batch is written.

use crate::common::{Store, refusal};
use qdrant_embedded_engine::model::{DeletePoints, PackedVectors, SetPayload, UpsertPoints};
use serde_json::{Value, json};

fn store() -> Store {
    Store::new(json!({
        "vectors": {
            "": { "size": 2, "distance": "Cosine" },
            "dense": { "size": 2, "distance": "Dot" },
            "multi": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "sparse": {} },
    }))
}

/// Upserts 300 points, of which one in the middle has this vector.
fn upsert_among_others(store: &Store, vector: &Value) -> (u16, String) {
    let points: Value = (0..300)
        .map(|id| json!({ "id": id, "vector": if id == 250 { vector.clone() } else { json!([1, 0]) } }))
        .collect();
    refusal(store.write::<UpsertPoints>(json!({ "points": points })))
}

#[test]
fn one_point_that_does_not_fit_keeps_its_whole_batch_out() {
    let store = store();
    let sparse = json!({ "indices": [1], "values": [1] });
    for (vector, status, text) in [
        (json!([1, 2, 3]), 400, "Wrong input: Vector dimension error: expected dim: 2, got 3"),
        (json!([]), 400, "Wrong input: Vector dimension error: expected dim: 2, got 0"),
        (json!([[1, 2], [3, 4]]), 400, "Wrong input: Wrong usage of multi vectors"),
        (json!([[1, 2, 3]]), 400, "Wrong input: Vector dimension error: expected dim: 2, got 3"),
        (
            json!({ "dense": [1] }),
            400,
            "Wrong input: Vector dimension error: expected dim: 2, got 1 for vector 'dense'",
        ),
        (
            json!({ "multi": [[1], [2]] }),
            400,
            "Wrong input: Vector dimension error: expected dim: 2, got 1 for vector 'multi'",
        ),
        (json!({ "dense": [[1, 2]] }), 400, "Wrong input: Wrong usage of multi vectors"),
        (json!({ "dense": sparse }), 400, "Wrong input: Wrong usage of sparse vectors"),
        (json!({ "multi": sparse }), 400, "Wrong input: Wrong usage of sparse vectors"),
        (json!({ "sparse": [1, 2] }), 400, "Wrong input: Wrong usage of sparse vectors"),
        (json!({ "sparse": [[1, 2]] }), 400, "Wrong input: Wrong usage of multi vectors"),
        (json!({ "unknown": [1, 2] }), 400, "Wrong input: Not existing vector name error: unknown"),
        (json!({ "unknown": sparse }), 400, "Wrong input: Not existing vector name error: unknown"),
        (
            json!({ "sparse": { "indices": [1, 2], "values": [1] } }),
            422,
            "Validation error in JSON body: \
             [points[250].vector.?.values: Validation error: must be the same length as indices [{}]]",
        ),
        (
            json!({ "multi": [[1, 2], []] }),
            422,
            "Validation error in JSON body: [points[250].vector.?.data: all vectors must be non-empty]",
        ),
        (
            json!([1, null]),
            400,
            "Format error in JSON body: data did not match any variant of untagged enum VectorStruct",
        ),
        (
            json!([1, 1e39]),
            400,
            "Format error in JSON body: data did not match any variant of untagged enum VectorStruct",
        ),
    ] {
        assert_eq!(upsert_among_others(&store, &vector), (status, text.to_owned()), "{vector}");
        assert_eq!(store.count(), 0, "{vector}");
    }
}

#[test]
fn a_collection_without_a_default_vector_says_so() {
    let store = Store::new(json!({ "vectors": { "n": { "size": 2, "distance": "Dot" } } }));
    assert_eq!(
        upsert_among_others(&store, &json!([1, 0])),
        (400, "Wrong input: Not existing vector name error: ".to_owned())
    );
    assert_eq!(store.count(), 0);
}

#[test]
fn one_column_that_does_not_fit_keeps_all_points_out() {
    let store = store();
    for (vectors, text) in [
        (json!([[1, 2], [1]]), "Wrong input: Vector dimension error: expected dim: 2, got 1"),
        (
            json!({ "": [[1, 2], [3, 4]], "dense": [[1, 2], [3, 4, 5]] }),
            "Wrong input: Vector dimension error: expected dim: 2, got 3 for vector 'dense'",
        ),
        (json!({ "unknown": [[1, 2], [3, 4]] }), "Wrong input: Not existing vector name error: unknown"),
        (
            json!([[1, 2]]),
            "Validation error in JSON body: [batch.batch: number of ids and vectors must be equal (2 != 1)]",
        ),
    ] {
        let request = json!({ "batch": { "ids": [1, 2], "vectors": vectors } });
        assert_eq!(refusal(store.write::<UpsertPoints>(request)).1, text, "{vectors}");
        assert_eq!(store.count(), 0, "{vectors}");
    }
}

#[test]
fn a_refused_write_is_not_even_numbered() {
    let store = store();
    let number = |id: u64| {
        store.write::<UpsertPoints>(json!({ "points": [{ "id": id, "vector": [1, 0] }] })).unwrap()["operation_id"]
            .as_u64()
            .unwrap()
    };
    let first = number(1);
    upsert_among_others(&store, &json!([1]));
    refusal(store.write::<DeletePoints>(json!({ "points": [] })));
    refusal(store.write::<DeletePoints>(json!({ "filter": { "must": [{ "key": "a" }] } })));
    refusal(store.write::<SetPayload>(json!({ "payload": {}, "points": [99] })));
    assert_eq!(number(2), first + 1);
}

#[test]
fn packed_vectors_are_written_as_plain_ones() {
    let store = store();
    PackedVectors::with(&[9.0, 0.5, 0.25, 1.0, 2.0], || {
        store.upsert(json!([{ "id": 1, "vector": {
            "dense": "\0f32:1:2",
            "multi": ["\0f32:3:2", "\0f32:0:2"],
            "sparse": { "indices": [4], "values": "\0f32:2:1" },
        } }]));
    });
    assert_eq!(
        store.retrieve(json!({ "ids": [1], "with_vector": true }))[0]["vector"],
        json!({
            "dense": [0.5, 0.25],
            "multi": [[1.0, 2.0], [9.0, 0.5]],
            "sparse": { "indices": [4], "values": [0.25] },
        })
    );
    let beyond = PackedVectors::with(&[1.0], || {
        store.write::<UpsertPoints>(json!({ "points": [
        { "id": 2, "vector": [1, 0] }, { "id": 3, "vector": "\0f32:0:2" },
    ] }))
    });
    assert_eq!(refusal(beyond).0, 400);
    assert_eq!(store.count(), 1);
}
