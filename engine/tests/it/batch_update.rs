//! Changing vectors of points, and several updates at once.

use crate::common::{Store, refusal};
use qdrant_embedded_engine::model::{BatchUpdate, DeleteVectors, UpdateVectors};
use serde_json::{Value, json};

/// Points 1, 2 and 3 with a dense vector `d`, a sparse one `s` and payload `{ n: 1 }`, ...
fn store() -> Store {
    let store = Store::new(json!({
        "vectors": { "d": { "size": 2, "distance": "Dot" } }, "sparse_vectors": { "s": {} },
    }));
    store.upsert((1..=3).map(point).collect());
    store
}

fn point(n: u32) -> Value {
    let sparse = json!({ "indices": [n], "values": [1] });
    json!({ "id": n, "vector": { "d": [n, 0], "s": sparse }, "payload": { "n": n } })
}

fn all(store: &Store) -> Value {
    store.scroll(json!({ "limit": 100, "with_vector": true }))["points"].take()
}

fn vectors(store: &Store, id: u32) -> Value {
    store.retrieve(json!({ "ids": [id], "with_vector": true, "with_payload": true }))[0]["vector"].take()
}

fn n_is(n: u32) -> Value {
    json!({ "must": [{ "key": "n", "match": { "value": n } }] })
}

fn batch(store: &Store, operations: Value) -> qdrant_embedded_engine::Result<Value> {
    store.write::<BatchUpdate>(json!({ "operations": operations }))
}

#[test]
fn new_vectors_replace_those_of_their_names_only() {
    let store = store();
    let result = store.write::<UpdateVectors>(json!({ "points": [
        { "id": 1, "vector": { "d": [7, 8] } },
        { "id": 2, "vector": { "s": { "indices": [9, 4], "values": [0.5, 0.25] } } },
        { "id": 1, "vector": { "d": [9, 9] } },
    ] }));
    assert_eq!(result, Ok(json!({ "operation_id": 1, "status": "completed" })));
    assert_eq!(vectors(&store, 1), json!({ "d": [9.0, 9.0], "s": { "indices": [1], "values": [1.0] } }));
    assert_eq!(
        vectors(&store, 2),
        json!({ "d": [2.0, 0.0], "s": { "indices": [4, 9], "values": [0.25, 0.5] } })
    );
    assert_eq!(store.payloads(), json!([{ "n": 1 }, { "n": 2 }, { "n": 3 }]));
}

#[test]
fn new_vectors_are_for_points_that_meet_the_condition() {
    let store = store();
    let points = json!([{ "id": 1, "vector": { "d": [5, 5] } }, { "id": 2, "vector": { "d": [5, 5] } }]);
    store.write::<UpdateVectors>(json!({ "points": points, "update_filter": n_is(2) })).unwrap();
    assert_eq!(vectors(&store, 1)["d"], json!([1.0, 0.0]));
    assert_eq!(vectors(&store, 2)["d"], json!([5.0, 5.0]));
}

#[test]
fn refused_vectors_change_nothing() {
    let store = store();
    let before = all(&store);
    let good = json!({ "id": 1, "vector": { "d": [7, 7] } });
    let cases = [
        (
            json!({ "id": 2, "vector": { "x": [1, 1] } }),
            400,
            "Wrong input: Not existing vector name error: x",
        ),
        (json!({ "id": 2, "vector": { "d": [1] } }), 400, "expected dim: 2, got 1"),
        (json!({ "id": 2, "vector": [1, 1] }), 400, "Not existing vector name error: "),
        (json!({ "id": 2, "vector": { "s": [1, 1] } }), 400, "Wrong input: "),
        (json!({ "id": 2, "vector": { "d": { "indices": [1], "values": [1] } } }), 400, "Wrong input: "),
        (json!({ "id": 2, "vector": { "d": [[1, 1]] } }), 400, "Wrong input: "),
        (json!({ "id": 9, "vector": { "d": [1, 1] } }), 404, "Not found: No point with id 9 found"),
        (
            json!({ "id": 2, "vector": {} }),
            422,
            "[points[1].vector: must specify vectors to update for point]",
        ),
        (
            json!({ "id": 2, "vector": [] }),
            422,
            "[points[1].vector: must specify vectors to update for point]",
        ),
        (
            json!({ "id": 2, "vector": { "s": { "indices": [1, 1], "values": [1, 1] } } }),
            422,
            "must be unique",
        ),
    ];
    for (bad, status, text) in cases {
        let refused = refusal(store.write::<UpdateVectors>(json!({ "points": [good, bad] })));
        assert!(refused.0 == status && refused.1.contains(text), "{bad}: {refused:?}");
    }
    let (status, text) = refusal(store.write::<UpdateVectors>(json!({ "points": [] })));
    assert_eq!(
        (status, text.as_str()),
        (422, "Validation error in JSON body: [points: must specify points to update]")
    );
    assert_eq!(all(&store), before);
}

#[test]
fn vectors_are_deleted_of_points_by_id_and_by_filter() {
    let store = store();
    let result = store.write::<DeleteVectors>(json!({ "points": [1], "filter": n_is(3), "vector": ["s"] }));
    assert_eq!(result, Ok(json!({ "operation_id": 2, "status": "completed" })));
    assert_eq!(vectors(&store, 1), json!({ "d": [1.0, 0.0] }));
    assert!(vectors(&store, 2).get("s").is_some());
    assert_eq!(vectors(&store, 3), json!({ "d": [3.0, 0.0] }));
    let again = store.write::<DeleteVectors>(json!({ "points": [1], "vector": ["s", "d"], "wait": false }));
    assert_eq!(again.unwrap()["status"], "acknowledged");
    assert_eq!(vectors(&store, 1), json!({}));
}

#[test]
fn a_refused_deletion_of_vectors_changes_nothing() {
    let store = store();
    let before = all(&store);
    let cases = [
        (json!({ "points": [1], "vector": [] }), 422, "[vector: must specify vector names to delete]"),
        (json!({ "points": [1], "vector": ["s", "x"] }), 400, "Not existing vector name error: x"),
        (json!({ "points": [1, 9], "filter": n_is(2), "vector": ["s"] }), 404, "No point with id 9 found"),
        (json!({ "vector": ["s"] }), 400, "Bad request: No filter or points provided"),
        (json!({ "points": [], "vector": ["s"] }), 400, "Bad request: Empty update request"),
        (json!({ "points": [1] }), 400, "missing field `vector`"),
    ];
    for (request, status, text) in cases {
        let refused = refusal(store.write::<DeleteVectors>(request.clone()));
        assert!(refused.0 == status && refused.1.contains(text), "{request}: {refused:?}");
    }
    assert_eq!(all(&store), before);
}

#[test]
fn a_batch_applies_every_kind_of_update_in_order() {
    let store = store();
    let results = batch(
        &store,
        json!([
            { "upsert": { "points": [point(4), point(5)] } },
            { "set_payload": { "points": [4], "payload": { "a": 1 } } },
            { "set_payload": { "points": [4], "payload": { "c": 2 }, "key": "b" } },
            { "delete": { "points": [2] } },
            { "upsert": { "batch": { "ids": [6], "vectors": { "d": [[6, 6]] }, "payloads": [{ "n": 6 }] } } },
            { "overwrite_payload": { "filter": n_is(6), "payload": { "z": [] } } },
            { "delete_payload": { "points": [3], "keys": ["n"] } },
            { "clear_payload": { "points": [1] } },
            { "update_vectors": { "points": [{ "id": 5, "vector": { "d": [8, 8] } }] } },
            { "delete_vectors": { "points": [1], "filter": n_is(5), "vector": ["s"] } },
        ]),
    );
    let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11];
    assert_eq!(
        results,
        Ok(numbers.iter().map(|n| json!({ "operation_id": n, "status": "completed" })).collect())
    );
    assert_eq!(
        store.payloads(),
        json!([{}, {}, { "n": 4, "a": 1, "b": { "c": 2 } }, { "n": 5 }, { "z": [] }])
    );
    assert_eq!(vectors(&store, 1), json!({ "d": [1.0, 0.0] }));
    assert_eq!(vectors(&store, 5), json!({ "d": [8.0, 8.0] }));
    assert_eq!(batch(&store, json!([])), Ok(json!([])));
}

#[test]
fn a_refused_batch_writes_nothing() {
    let store = store();
    let before = all(&store);
    let good = json!({ "upsert": { "points": [point(7)] } });
    let cases = [
        (
            json!({ "upsert": { "points": [{ "id": 8, "vector": { "d": [1] } }] } }),
            400,
            "expected dim: 2, got 1",
        ),
        (json!({ "set_payload": { "points": [99], "payload": {} } }), 404, "No point with id 99 found"),
        (json!({ "overwrite_payload": { "points": [99], "payload": {} } }), 404, "id 99"),
        (json!({ "delete_payload": { "points": [1, 99], "keys": [] } }), 404, "id 99"),
        (json!({ "clear_payload": { "points": [99] } }), 404, "id 99"),
        (json!({ "update_vectors": { "points": [{ "id": 99, "vector": { "d": [1, 1] } }] } }), 404, "id 99"),
        (json!({ "delete_vectors": { "points": [99], "vector": ["d"] } }), 404, "id 99"),
        (json!({ "delete": { "points": [] } }), 400, "Bad request: Empty update request"),
        (
            json!({ "delete": { "filter": { "must": [{ "key": "a" }] } } }),
            422,
            "[operations[1].delete.filter.must[0].__all__: ",
        ),
        (
            json!({ "update_vectors": { "points": [] } }),
            422,
            "[operations[1].update_vectors.points: must specify points to update]",
        ),
        (json!({ "unknown": {} }), 400, "did not match any variant of untagged enum UpdateOperation"),
        (json!(3), 400, "did not match any variant of untagged enum UpdateOperation"),
    ];
    for (bad, status, text) in cases {
        let refused = refusal(batch(&store, json!([good, bad])));
        assert!(refused.0 == status && refused.1.contains(text), "{bad}: {refused:?}");
    }
    assert_eq!(all(&store), before);
    assert_eq!(batch(&store, json!([good])).unwrap()[0]["operation_id"], 1);
}

#[test]
fn a_batch_knows_which_points_its_own_updates_insert_and_delete() {
    let store = store();
    let before = all(&store);
    let clear = |id: u32| json!({ "clear_payload": { "points": [id] } });
    let refused = [
        json!([{ "delete": { "points": [1] } }, clear(1)]),
        json!([{ "delete": { "filter": n_is(1) } }, clear(1)]),
        json!([{ "upsert": { "points": [point(7)] } }, { "delete": { "points": [7] } }, clear(7)]),
        json!([{ "upsert": { "points": [point(7)], "update_mode": "update_only" } }, clear(7)]),
        json!([clear(7), { "upsert": { "points": [point(7)] } }]),
    ];
    for operations in refused {
        assert_eq!(refusal(batch(&store, operations.clone())).0, 404, "{operations}");
    }
    assert_eq!(all(&store), before);

    let accepted = [
        json!([{ "delete": { "points": [1] } }, { "upsert": { "points": [point(1)] } }, clear(1)]),
        json!([{ "delete": { "filter": n_is(2) } }, clear(3), clear(1)]),
        json!([{ "upsert": { "points": [point(7)], "update_mode": "insert_only" } }, clear(7)]),
        json!([{ "upsert": { "points": [point(8)], "update_filter": n_is(1) } }, clear(8)]),
    ];
    for operations in accepted {
        let results = batch(&store, operations.clone());
        assert!(results.is_ok(), "{operations}: {results:?}");
    }
    assert_eq!(store.payloads(), json!([{}, {}, {}, {}]));
}
