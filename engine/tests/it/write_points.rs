//! Writing points and payload, and reading them back.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{
    ClearPayload, CountPoints, DeletePayload, DeletePoints, OverwritePayload, PackedVectors, RetrievePoints,
    SetPayload, UpsertPoints,
};
use serde_json::{Value, json};

const UUID: &str = "550e8400-e29b-41d4-a716-446655440000";

/// Points 1, 2, 3 with payload `{ n: 1 }`, ...
fn three_points() -> Store {
    let store = Store::of_plain_points();
    store.upsert((1..=3).map(|n| json!({ "id": n, "vector": [n, 0], "payload": { "n": n } })).collect());
    store
}

fn only_second() -> Value {
    json!({ "must": [{ "key": "n", "match": { "value": 2 } }] })
}

#[test]
fn points_come_back_as_they_were_written() {
    let store = Store::of_plain_points();
    let large = 18446744073709551615u64;
    store.upsert(json!([
        { "id": 1, "vector": [0.1, -2.5], "payload": { "a": { "b": [1, null, "x"] }, "large": 9007199254740993u64 } },
        { "id": large, "vector": [1, 1e-8] },
        { "id": UUID, "vector": [3, 4], "payload": null },
    ]));
    assert_eq!(
        store.retrieve(json!({ "ids": [UUID, 1, large], "with_vector": true })),
        json!([
            { "id": UUID, "payload": {}, "vector": [3.0, 4.0] },
            {
                "id": 1,
                "payload": { "a": { "b": [1, null, "x"] }, "large": 9007199254740993u64 },
                "vector": [0.1, -2.5],
            },
            { "id": large, "payload": {}, "vector": [1.0, 1e-8] },
        ])
    );
}

#[test]
fn columns_write_the_same_points_as_a_list() {
    let vectors = json!({
        "vectors": { "d": { "size": 2, "distance": "Dot" } }, "sparse_vectors": { "s": {} },
    });
    let (list, columns) = (Store::new(vectors.clone()), Store::new(vectors));
    list.upsert(json!([
        { "id": 1, "vector": { "d": [1, 2], "s": { "indices": [7], "values": [0.5] } }, "payload": { "a": 1 } },
        { "id": UUID, "vector": { "d": [3, 4], "s": { "indices": [8], "values": [0.25] } } },
    ]));
    let result = columns.write::<UpsertPoints>(json!({ "batch": {
        "ids": [1, UUID],
        "vectors": {
            "d": [[1, 2], [3, 4]],
            "s": [{ "indices": [7], "values": [0.5] }, { "indices": [8], "values": [0.25] }],
        },
        "payloads": [{ "a": 1 }, null],
    } }));
    assert_eq!(result.unwrap()["status"], "completed");
    let all = json!({ "ids": [1, UUID], "with_vector": true });
    assert_eq!(list.retrieve(all.clone()), columns.retrieve(all));
}

#[test]
fn every_kind_of_vector_comes_back_in_its_form() {
    let store = Store::new(json!({
        "vectors": {
            "d": { "size": 2, "distance": "Euclid" },
            "m": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "s": {} },
    }));
    let sparse = json!({ "indices": [2, 5], "values": [0.25, 0.5] });
    store.upsert(json!([
        { "id": 1, "vector": { "d": [1, 2], "m": [[1, 2], [3, 4]], "s": sparse } },
        { "id": 2, "vector": { "m": [5, 6] } },
        { "id": 3, "vector": {} },
        { "id": 4, "vector": { "s": { "indices": [5, 2], "values": [0.5, 0.25] } } },
    ]));
    let records = store.retrieve(json!({ "ids": [1, 2, 3, 4], "with_vector": true, "with_payload": false }));
    assert_eq!(
        records,
        json!([
            { "id": 1, "vector": { "d": [1.0, 2.0], "m": [[1.0, 2.0], [3.0, 4.0]], "s": sparse } },
            { "id": 2, "vector": { "m": [[5.0, 6.0]] } },
            { "id": 3, "vector": {} },
            { "id": 4, "vector": { "s": sparse } },
        ])
    );
    assert_eq!(
        store.retrieve(json!({ "ids": [1], "with_vector": ["d", "s"], "with_payload": false })),
        json!([{ "id": 1, "vector": { "d": [1.0, 2.0], "s": sparse } }])
    );
}

#[test]
fn a_point_that_exists_is_replaced_as_a_whole() {
    let store = Store::new(json!({ "vectors": {
        "a": { "size": 1, "distance": "Dot" }, "b": { "size": 1, "distance": "Dot" },
    } }));
    store.upsert(json!([{ "id": 1, "vector": { "a": [1], "b": [2] }, "payload": { "old": true } }]));
    store.upsert(json!([{ "id": 1, "vector": { "a": [3] }, "payload": { "new": true } }]));
    assert_eq!(
        store.retrieve(json!({ "ids": [1], "with_vector": true })),
        json!([{ "id": 1, "vector": { "a": [3.0] }, "payload": { "new": true } }])
    );
}

#[test]
fn the_last_of_two_points_with_one_id_stays() {
    let store = Store::of_plain_points();
    store.upsert(json!([
        { "id": 1, "vector": [1, 0], "payload": { "n": 1 } },
        { "id": 1, "vector": [2, 0], "payload": { "n": 2 } },
    ]));
    assert_eq!(store.payloads(), json!([{ "n": 2 }]));
}

#[test]
fn the_status_tells_whether_the_caller_waits_and_the_operations_are_numbered() {
    let store = Store::of_plain_points();
    let point = json!([{ "id": 1, "vector": [1, 0] }]);
    let upsert = |wait: Value| store.write::<UpsertPoints>(json!({ "points": point, "wait": wait })).unwrap();
    let delete = |wait: Value| store.write::<DeletePoints>(json!({ "points": [1], "wait": wait })).unwrap();
    let results = [
        upsert(json!(null)),
        upsert(json!(true)),
        upsert(json!(false)),
        delete(json!(null)),
        delete(json!(true)),
    ];
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["completed", "completed", "acknowledged", "acknowledged", "completed"]);
    let numbers: Vec<_> = results.iter().map(|result| result["operation_id"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    // What is acknowledged is applied.
    store.write::<UpsertPoints>(json!({ "points": point, "wait": false })).unwrap();
    assert_eq!(store.count(), 1);
}

#[test]
fn an_upsert_may_spare_new_or_existing_points() {
    let points = json!([
        { "id": 1, "vector": [9, 9], "payload": { "n": 10 } },
        { "id": 4, "vector": [9, 9], "payload": { "n": 40 } },
    ]);
    let payloads_after = |options: Value| {
        let store = three_points();
        let mut request = options;
        request["points"] = points.clone();
        store.write::<UpsertPoints>(request).unwrap();
        store.payloads().as_array().unwrap().iter().map(|payload| payload["n"].clone()).collect::<Value>()
    };
    assert_eq!(payloads_after(json!({ "update_mode": "upsert" })), json!([10, 2, 3, 40]));
    assert_eq!(payloads_after(json!({ "update_mode": "insert_only" })), json!([1, 2, 3, 40]));
    assert_eq!(payloads_after(json!({ "update_mode": "update_only" })), json!([10, 2, 3]));
    assert_eq!(payloads_after(json!({ "update_filter": only_second() })), json!([1, 2, 3, 40]));
}

#[test]
fn points_are_deleted_by_id_and_by_filter() {
    let store = three_points();
    store.write::<DeletePoints>(json!({ "points": [3, 99] })).unwrap();
    assert_eq!(ids(&store.scroll(json!({}))["points"]), json!([1, 2]));
    store.write::<DeletePoints>(json!({ "filter": only_second() })).unwrap();
    assert_eq!(ids(&store.scroll(json!({}))["points"]), json!([1]));
    store.write::<DeletePoints>(json!({ "filter": {} })).unwrap();
    assert_eq!(store.count(), 0);
}

#[test]
fn payload_is_set_key_by_key_or_as_a_whole() {
    let store = three_points();
    store.write::<SetPayload>(json!({ "payload": { "a": { "b": 1 } }, "points": [1, 2] })).unwrap();
    store.write::<SetPayload>(json!({ "payload": { "c": 2 }, "filter": only_second(), "key": "a" })).unwrap();
    assert_eq!(
        store.payloads(),
        json!([{ "n": 1, "a": { "b": 1 } }, { "n": 2, "a": { "b": 1, "c": 2 } }, { "n": 3 }])
    );
    store.write::<OverwritePayload>(json!({ "payload": { "only": true }, "points": [1] })).unwrap();
    store.write::<OverwritePayload>(json!({ "payload": { "n": 2 }, "filter": only_second() })).unwrap();
    assert_eq!(store.payloads(), json!([{ "only": true }, { "n": 2 }, { "n": 3 }]));
}

#[test]
fn payload_is_deleted_key_by_key_or_as_a_whole() {
    let store = three_points();
    store
        .write::<SetPayload>(json!({ "payload": { "a": { "b": 1, "c": 2 } }, "points": [1, 2, 3] }))
        .unwrap();
    store.write::<DeletePayload>(json!({ "keys": ["a.b", "missing"], "points": [1] })).unwrap();
    store.write::<DeletePayload>(json!({ "keys": ["a"], "filter": only_second() })).unwrap();
    assert_eq!(
        store.payloads(),
        json!([{ "n": 1, "a": { "c": 2 } }, { "n": 2 }, { "n": 3, "a": { "b": 1, "c": 2 } }])
    );
    store.write::<ClearPayload>(json!({ "filter": only_second() })).unwrap();
    store.write::<ClearPayload>(json!({ "points": [1] })).unwrap();
    assert_eq!(store.payloads(), json!([{}, {}, { "n": 3, "a": { "b": 1, "c": 2 } }]));
}

#[test]
fn a_payload_change_with_a_missing_point_changes_none() {
    let store = three_points();
    let before = store.payloads();
    let missing = (404, "Not found: No point with id 99 found".to_owned());
    let points = json!([1, 99, 2]);
    assert_eq!(
        refusal(store.write::<SetPayload>(json!({ "payload": { "a": 1 }, "points": points }))),
        missing
    );
    assert_eq!(refusal(store.write::<OverwritePayload>(json!({ "payload": {}, "points": points }))), missing);
    assert_eq!(refusal(store.write::<DeletePayload>(json!({ "keys": ["n"], "points": points }))), missing);
    assert_eq!(refusal(store.write::<ClearPayload>(json!({ "points": points }))), missing);
    assert_eq!(store.payloads(), before);
}

#[test]
fn points_are_counted_by_filter_exactly_or_about() {
    let store = three_points();
    assert_eq!(store.read::<CountPoints>(json!({})).unwrap(), json!({ "count": 3 }));
    assert_eq!(store.read::<CountPoints>(json!({ "filter": only_second() })).unwrap(), json!({ "count": 1 }));
    assert_eq!(store.read::<CountPoints>(json!({ "exact": false })).unwrap(), json!({ "count": 3 }));
}

#[test]
fn points_are_retrieved_in_the_order_asked_for_and_once() {
    let store = three_points();
    let records = store.retrieve(json!({ "ids": [3, 99, 1, 3, UUID] }));
    assert_eq!(records, json!([{ "id": 3, "payload": { "n": 3 } }, { "id": 1, "payload": { "n": 1 } }]));
    assert_eq!(store.retrieve(json!({ "ids": [] })), json!([]));
}

#[test]
fn a_vector_that_the_collection_has_not_cannot_be_retrieved() {
    let request = json!({ "ids": [1], "with_vector": ["unknown"] });
    assert_eq!(
        refusal(three_points().read::<RetrievePoints>(request)),
        (400, "Wrong input: Not existing vector name error: unknown".to_owned())
    );
}

#[test]
fn a_large_batch_of_packed_vectors_is_written() {
    let (count, size) = (2_000, 1_536);
    let store = Store::new(json!({ "vectors": { "size": size, "distance": "Dot" } }));
    let numbers: Vec<f32> = (0..count * size).map(|n| n as f32).collect();
    let vectors: Value = (0..count).map(|n| json!(format!("\0f32:{}:{size}", n * size))).collect();
    let ids: Vec<_> = (0..count).collect();
    PackedVectors::with(&numbers, || {
        store.write::<UpsertPoints>(json!({ "batch": { "ids": ids, "vectors": vectors } })).unwrap()
    });
    assert_eq!(store.count(), 2_000);
    let last = store.retrieve(json!({ "ids": [1_999], "with_vector": true }))[0]["vector"].take();
    assert_eq!(last, json!(numbers[1_999 * size..]));
}

#[test]
fn payload_is_returned_by_selection() {
    let store = Store::of_plain_points();
    store.upsert(
        json!([{ "id": 1, "vector": [1, 0], "payload": { "a": 1, "b": { "c": 2, "d": 3 }, "e": [4] } }]),
    );
    let payload = |with_payload: Value| {
        store.retrieve(json!({ "ids": [1], "with_payload": with_payload }))[0].get("payload").cloned()
    };
    let all = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [4] });
    assert_eq!(payload(json!(null)), Some(all.clone()));
    assert_eq!(payload(json!(true)), Some(all));
    assert_eq!(payload(json!(false)), None);
    assert_eq!(payload(json!(["a", "b.c"])), Some(json!({ "a": 1, "b": { "c": 2 } })));
    assert_eq!(payload(json!({ "include": ["e"] })), Some(json!({ "e": [4] })));
    assert_eq!(payload(json!({ "exclude": ["b.d", "e"] })), Some(json!({ "a": 1, "b": { "c": 2 } })));
}
