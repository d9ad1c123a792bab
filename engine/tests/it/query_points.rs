//! Finding points by vector and by id.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{QueryPoints, SearchPoints};
use serde_json::{Value, json};

/// Vectors of every kind: `(id, 0)`, a multivector of that row and `(0, 1)`, and `id` at index 3.
fn store() -> Store {
    let store = Store::new(json!({
        "vectors": {
            "dense": { "size": 2, "distance": "Dot" },
            "multi": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "sparse": {} },
    }));
    store.upsert(
        (1..=5)
            .map(|id| {
                json!({
                    "id": id,
                    "vector": {
                        "dense": [id, 0],
                        "multi": [[id, 0], [0, 1]],
                        "sparse": { "indices": [3, 8], "values": [id, 0.5] },
                    },
                    "payload": { "n": id },
                })
            })
            .collect(),
    );
    store.upsert(json!([{ "id": 6, "vector": {}, "payload": { "n": 6 } }]));
    store
}

fn scores(points: &Value) -> Value {
    points.as_array().unwrap().iter().map(|point| point["score"].clone()).collect()
}

fn under(max: u64) -> Value {
    json!({ "must": [{ "key": "n", "range": { "lt": max } }] })
}

#[test]
fn the_best_points_come_first_by_each_distance() {
    for (distance, order, best) in [
        ("Dot", [3, 2, 1], 6.0),
        ("Cosine", [1, 2, 3], 1.0),
        ("Euclid", [2, 1, 3], 0.5),
        ("Manhattan", [2, 1, 3], 0.5),
    ] {
        let store = Store::new(json!({ "vectors": { "size": 2, "distance": distance } }));
        store.upsert(json!([
            { "id": 1, "vector": [1, 0] }, { "id": 2, "vector": [2, 0.5] }, { "id": 3, "vector": [3, 3] },
        ]));
        let points = store.query(json!({ "query": [2, 0] }));
        assert_eq!(ids(&points), json!(order), "{distance}");
        assert_eq!(points[0]["score"], json!(best), "{distance}");
    }
}

#[test]
fn a_point_is_found_with_what_was_asked_for() {
    let store = Store::of_plain_points();
    store.upsert(json!([{ "id": 1, "vector": [0.1, 0], "payload": { "a": 1, "b": 2 } }]));
    let version = store.query(json!({ "query": [1, 0] }))[0]["version"].clone();
    assert!(version.is_u64());
    assert_eq!(
        store.query(json!({ "query": [1, 0] })),
        json!([{ "id": 1, "version": version, "score": 0.1 }])
    );
    assert_eq!(
        store.query(json!({ "query": [1, 0], "with_payload": ["a"], "with_vector": true })),
        json!([{ "id": 1, "version": version, "score": 0.1, "payload": { "a": 1 }, "vector": [0.1, 0.0] }])
    );
}

#[test]
fn each_kind_of_vector_is_compared_with_its_kind() {
    let store = store();
    for (using, query) in [
        ("dense", json!([1, 0])),
        ("multi", json!([[1, 0]])),
        ("multi", json!([1, 0])),
        ("sparse", json!({ "indices": [3], "values": [1] })),
        ("sparse", json!({ "indices": [9, 3], "values": [1, 1] })),
    ] {
        let points = store.query(json!({ "query": query, "using": using, "limit": 2 }));
        assert_eq!(ids(&points), json!([5, 4]), "{using} {query}");
        assert_eq!(scores(&points), json!([5.0, 4.0]), "{using} {query}");
        assert_eq!(store.query(json!({ "query": { "nearest": query }, "using": using, "limit": 2 })), points);
    }
}

#[test]
fn a_point_is_near_to_others_not_to_itself() {
    let store = store();
    for using in ["dense", "multi", "sparse"] {
        let points = store.query(json!({ "query": 4, "using": using }));
        assert_eq!(ids(&points), json!([5, 3, 2, 1]), "{using}");
    }
    let points = store.query(json!({ "query": { "nearest": 4 }, "using": "dense", "filter": under(3) }));
    assert_eq!(ids(&points), json!([2, 1]));
}

#[test]
fn a_query_for_a_point_that_is_missing_is_not_found() {
    let store = store();
    let query = |request| refusal(store.read::<QueryPoints>(request));
    assert_eq!(
        query(json!({ "query": 99, "using": "dense" })),
        (404, "Not found: No point with id 99 found".to_owned())
    );
    let uuid = "550e8400-e29b-41d4-a716-446655440000";
    assert_eq!(
        query(json!({ "query": { "nearest": uuid }, "using": "dense" })),
        (404, format!("Not found: No point with id {uuid} found"))
    );
    assert_eq!(
        query(json!({ "query": 6, "using": "dense" })),
        (404, "Not found: Vector with name \"dense\" for point not found".to_owned())
    );
}

#[test]
fn limit_offset_and_threshold_cut_the_result() {
    let store = store();
    let query = |rest: Value| {
        let mut request = rest;
        request["query"] = json!([1, 0]);
        request["using"] = json!("dense");
        ids(&store.query(request))
    };
    assert_eq!(query(json!({})), json!([5, 4, 3, 2, 1]));
    assert_eq!(query(json!({ "limit": 2 })), json!([5, 4]));
    assert_eq!(query(json!({ "limit": 2, "offset": 2 })), json!([3, 2]));
    assert_eq!(query(json!({ "offset": 99 })), json!([]));
    assert_eq!(query(json!({ "score_threshold": 3.5 })), json!([5, 4]));
    assert_eq!(query(json!({ "filter": under(4), "limit": 1, "offset": 1 })), json!([2]));
    assert_eq!(query(json!({ "params": { "exact": true, "hnsw_ef": 8 }, "limit": 1 })), json!([5]));
    assert_eq!(query(json!({ "limit": u64::MAX, "offset": 0 })), json!([5, 4, 3, 2, 1]));
    assert_eq!(query(json!({ "limit": 1, "offset": u64::MAX })), json!([]));
}

#[test]
fn ten_points_are_the_default() {
    let store = Store::of_plain_points();
    store.upsert((1..=15).map(|id| json!({ "id": id, "vector": [id, 0] })).collect());
    assert_eq!(store.query(json!({ "query": [1, 0] })).as_array().unwrap().len(), 10);
    assert_eq!(store.search(json!({ "vector": [1, 0] })).as_array().unwrap().len(), 10);
    assert_eq!(store.query(json!({})).as_array().unwrap().len(), 10);
}

#[test]
fn a_distance_threshold_keeps_what_is_near_enough() {
    let store = Store::new(json!({ "vectors": { "size": 1, "distance": "Euclid" } }));
    store.upsert((1..=5).map(|id| json!({ "id": id, "vector": [id] })).collect());
    let points = store.query(json!({ "query": [0], "score_threshold": 2.5 }));
    assert_eq!(ids(&points), json!([1, 2]));
}

#[test]
fn without_a_query_points_come_in_the_order_of_their_ids() {
    let store = store();
    let points = store.query(json!({ "limit": 2, "offset": 1, "filter": under(5) }));
    assert_eq!(
        points,
        json!([{ "id": 2, "version": 0, "score": 1.0 }, { "id": 3, "version": 0, "score": 1.0 }])
    );
}

#[test]
fn search_is_as_a_query_with_payload() {
    let store = store();
    let found = store.search(json!({ "vector": { "name": "dense", "vector": [1, 0] }, "limit": 2 }));
    assert_eq!(
        found,
        store.query(json!({ "query": [1, 0], "using": "dense", "limit": 2, "with_payload": true }))
    );
    assert_eq!(found[0]["payload"], json!({ "n": 5 }));
    let sparse = json!({ "indices": [3], "values": [1] });
    let found = store.search(json!({
        "vector": { "name": "sparse", "vector": sparse }, "filter": under(4), "offset": 1, "score_threshold": 1.5,
        "with_payload": false, "with_vector": ["dense"],
    }));
    assert_eq!(ids(&found), json!([2]));
    assert_eq!(found[0]["vector"], json!({ "dense": [2.0, 0.0] }));
    assert_eq!(found[0].get("payload"), None);
}

#[test]
fn a_query_vector_that_does_not_fit_is_refused() {
    let store = store();
    let dense = json!([1, 0]);
    let sparse = json!({ "indices": [1], "values": [1] });
    let multi = json!([[1, 0], [0, 1]]);
    for (using, query, text) in [
        (json!("dense"), json!([1, 2, 3]), "Vector dimension error: expected dim: 2, got 3"),
        (json!("dense"), json!([]), "Vector dimension error: expected dim: 2, got 0"),
        (json!("multi"), json!([[1], [2]]), "Vector dimension error: expected dim: 2, got 1"),
        (json!("dense"), sparse.clone(), "Wrong usage of sparse vectors"),
        (json!("dense"), multi.clone(), "Wrong usage of multi vectors"),
        (json!("sparse"), dense.clone(), "Wrong usage of sparse vectors"),
        (json!("sparse"), multi, "Wrong usage of multi vectors"),
        (json!("n"), dense.clone(), "Not existing vector name error: n"),
        (json!("n"), sparse, "Not existing vector name error: n"),
        (json!("n"), json!(1), "Not existing vector name error: n"),
        (json!(null), dense.clone(), "Not existing vector name error: "),
        (json!(null), json!(1), "Not existing vector name error: "),
    ] {
        let request = json!({ "query": query, "using": using });
        let expected = (400, format!("Wrong input: {text}"));
        assert_eq!(refusal(store.read::<QueryPoints>(request.clone())), expected, "{request}");
    }
    assert_eq!(
        refusal(store.read::<SearchPoints>(json!({ "vector": dense, "limit": 1 }))),
        (400, "Wrong input: Not existing vector name error: ".to_owned())
    );
}
