//! Every condition of a filter, with and without an index of the field.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{
    CountPoints, DeletePoints, QueryPoints, ScrollPoints, SearchPoints, SetPayload,
};
use serde_json::{Value, json};

fn store() -> Store {
    let store = Store::new(json!({
        "vectors": { "a": { "size": 1, "distance": "Dot" }, "b": { "size": 1, "distance": "Dot" } },
    }));
    store.upsert(json!([
        {
            "id": 1, "vector": { "a": [1], "b": [1] },
            "payload": {
                "color": "red", "n": 10, "price": 1.5, "sold": true, "text": "The quick brown fox",
                "at": "2024-01-01T00:00:00Z", "place": { "lon": 13.4, "lat": 52.5 }, "tags": ["x", "y"],
                "items": [{ "name": "pen", "count": 1 }, { "name": "ink", "count": 2 }],
            },
        },
        {
            "id": 2, "vector": { "a": [2] },
            "payload": {
                "color": "green", "n": 20, "price": 2.5, "sold": false, "text": "brown quick dogs",
                "at": "2024-06-01T00:00:00Z", "place": { "lon": 2.35, "lat": 48.85 }, "tags": ["y"], "nothing": null,
                "items": [{ "name": "pen", "count": 2 }, { "name": "ink", "count": 1 }],
            },
        },
        {
            "id": 3, "vector": { "a": [3], "b": [3] },
            "payload": {
                "color": ["red", "blue"], "n": [30, 31], "price": 3.5, "text": "lazy cat",
                "at": "2025-01-01T00:00:00Z", "place": { "lon": -0.12, "lat": 51.5 }, "tags": [],
            },
        },
        { "id": 4, "vector": { "a": [4] }, "payload": { "color": "redwood" } },
    ]));
    store
}

fn index_all(store: &Store) {
    for (field, schema) in [
        ("color", json!("keyword")),
        ("n", json!("integer")),
        ("price", json!("float")),
        ("sold", json!("bool")),
        ("text", json!({ "type": "text", "tokenizer": "word", "lowercase": true, "phrase_matching": true })),
        ("at", json!("datetime")),
        ("place", json!("geo")),
        ("tags", json!("keyword")),
        ("items[].name", json!("keyword")),
        ("items[].count", json!("integer")),
    ] {
        store.index(field, schema);
    }
}

/// Conditions with the points that meet them.
fn conditions() -> Vec<(Value, Value)> {
    let berlin = json!({ "lon": 13.4, "lat": 52.5 });
    let around_berlin = json!([
        { "lon": 12, "lat": 51 },
        { "lon": 15, "lat": 51 },
        { "lon": 15, "lat": 54 },
        { "lon": 12, "lat": 54 },
        { "lon": 12, "lat": 51 },
    ]);
    vec![
        (json!({ "key": "color", "match": { "value": "red" } }), json!([1, 3])),
        (json!({ "key": "n", "match": { "value": 20 } }), json!([2])),
        (json!({ "key": "sold", "match": { "value": false } }), json!([2])),
        (json!({ "key": "color", "match": { "any": ["green", "blue"] } }), json!([2, 3])),
        (json!({ "key": "n", "match": { "any": [10, 31] } }), json!([1, 3])),
        (json!({ "key": "color", "match": { "except": ["red", "green"] } }), json!([3, 4])),
        (json!({ "key": "color", "match": { "prefix": "red" } }), json!([1, 3, 4])),
        (json!({ "key": "n", "range": { "gt": 10, "lte": 30 } }), json!([2, 3])),
        (json!({ "key": "price", "range": { "gte": 2.5 } }), json!([2, 3])),
        (json!({ "key": "at", "range": { "gte": "2024-06-01T00:00:00Z", "lt": "2025-01-01" } }), json!([2])),
        (json!({ "key": "place", "geo_radius": { "center": berlin, "radius": 1000 } }), json!([1])),
        (
            json!({ "key": "place", "geo_bounding_box": {
                "top_left": { "lon": -1, "lat": 52 }, "bottom_right": { "lon": 3, "lat": 48 },
            } }),
            json!([2, 3]),
        ),
        (json!({ "key": "place", "geo_polygon": { "exterior": { "points": around_berlin } } }), json!([1])),
        (json!({ "key": "tags", "values_count": { "gte": 2 } }), json!([1])),
        (json!({ "is_empty": { "key": "tags" } }), json!([3, 4])),
        (json!({ "key": "tags", "is_empty": false }), json!([1, 2])),
        (json!({ "is_null": { "key": "nothing" } }), json!([2])),
        (json!({ "has_id": [4, 1, 99] }), json!([1, 4])),
        (json!({ "has_vector": "b" }), json!([1, 3])),
        (
            json!({ "nested": { "key": "items", "filter": { "must": [
                { "key": "name", "match": { "value": "pen" } }, { "key": "count", "match": { "value": 2 } },
            ] } } }),
            json!([2]),
        ),
        (json!({ "key": "items[].name", "match": { "value": "pen" } }), json!([1, 2])),
        (json!({ "must_not": [{ "key": "color", "match": { "value": "red" } }] }), json!([2, 4])),
    ]
}

fn found(store: &Store, filter: &Value) -> Value {
    let page = store.scroll(json!({ "filter": filter, "limit": 100 }));
    let counted = store.read::<CountPoints>(json!({ "filter": filter })).unwrap();
    assert_eq!(counted["count"], page["points"].as_array().unwrap().len(), "{filter}");
    let mut queried = ids(&store.query(json!({ "query": [1], "using": "a", "filter": filter })));
    queried.as_array_mut().unwrap().sort_by_key(Value::as_u64);
    let scrolled = ids(&page["points"]);
    assert_eq!(queried, scrolled, "{filter}");
    scrolled
}

#[test]
fn every_condition_selects_the_same_points_with_and_without_an_index() {
    let store = store();
    for indexed in [false, true] {
        if indexed {
            index_all(&store);
        }
        for (condition, expected) in conditions() {
            assert_eq!(
                found(&store, &json!({ "must": condition })),
                expected,
                "indexed: {indexed}, {condition}"
            );
        }
    }
}

#[test]
fn text_is_matched_by_the_tokens_of_its_index() {
    let store = store();
    index_all(&store);
    for (matched, expected) in [
        (json!({ "text": "QUICK brown" }), json!([1, 2])),
        (json!({ "phrase": "quick brown" }), json!([1])),
        (json!({ "text_any": "fox cat" }), json!([1, 3])),
        (json!({ "text": "qui" }), json!([])),
    ] {
        assert_eq!(
            found(&store, &json!({ "must": [{ "key": "text", "match": matched }] })),
            expected,
            "{matched}"
        );
    }
}

#[test]
fn clauses_combine() {
    let store = store();
    let red = json!({ "key": "color", "match": { "value": "red" } });
    let cheap = json!({ "key": "price", "range": { "lt": 3 } });
    let sold = json!({ "key": "sold", "match": { "value": true } });
    for (filter, expected) in [
        (json!({}), json!([1, 2, 3, 4])),
        (json!({ "must": [red, cheap] }), json!([1])),
        (json!({ "should": [red, cheap] }), json!([1, 2, 3])),
        (json!({ "must": [cheap], "must_not": [red] }), json!([2])),
        (json!({ "min_should": { "conditions": [red, cheap, sold], "min_count": 2 } }), json!([1])),
        (json!({ "must": [{ "should": [{ "must": [red, cheap] }, { "has_id": [4] }] }] }), json!([1, 4])),
        (json!({ "must": null, "should": red }), json!([1, 3])),
    ] {
        assert_eq!(found(&store, &filter), expected, "{filter}");
    }
}

#[test]
fn a_slice_is_a_part_of_all_points_and_the_slices_are_all() {
    let store = store();
    let mut seen = Vec::new();
    for index in 0..3 {
        let slice = found(&store, &json!({ "must": [{ "slice": { "index": index, "total": 3 } }] }));
        seen.extend(slice.as_array().unwrap().iter().map(|id| id.as_u64().unwrap()));
    }
    seen.sort();
    assert_eq!(seen, [1, 2, 3, 4]);
}

#[test]
fn a_filter_that_is_none_is_the_servers_format_error() {
    let store = store();
    for (filter, text) in [
        (json!({ "must": [{ "unknown": 1 }] }), "Expected some form of condition"),
        (
            json!({ "must": [{ "key": 1, "match": { "value": 1 } }] }),
            "Filter condition 'key' must be a string",
        ),
        (json!({ "musts": [] }), "unknown field `musts`"),
        (json!({ "must": [{ "has_id": ["x"] }] }), "Expected some form of condition"),
        (json!([]), "invalid"),
    ] {
        let (status, error) = refusal(store.read::<ScrollPoints>(json!({ "filter": filter })));
        assert_eq!(status, 400, "{filter}");
        assert!(error.starts_with("Format error in JSON body: "), "{error}");
        assert!(error.contains(text), "{error}");
        assert!(!error.contains(" at line "), "{error}");
    }
}

#[test]
fn every_request_names_the_condition_that_is_out_of_range() {
    let store = store();
    let filter = json!({ "must": [{ "has_id": [1] }, { "key": "a" }] });
    let reason = "must[1].__all__: Validation error: At least one field condition must be specified [{}]";
    let faults = [
        (refusal(store.read::<ScrollPoints>(json!({ "filter": filter }))), "scroll_request.filter"),
        (refusal(store.read::<CountPoints>(json!({ "filter": filter }))), "count_request.filter"),
        (refusal(store.read::<QueryPoints>(json!({ "filter": filter }))), "internal.filter"),
        (
            refusal(store.read::<SearchPoints>(json!({ "vector": [1], "filter": filter }))),
            "search_request.filter",
        ),
        (refusal(store.write::<DeletePoints>(json!({ "filter": filter }))), "filter"),
        (refusal(store.write::<SetPayload>(json!({ "payload": {}, "filter": filter }))), "filter"),
    ];
    for (fault, path) in faults {
        assert_eq!(fault, (422, format!("Validation error in JSON body: [{path}.{reason}]")));
    }
    assert_eq!(store.count(), 4);
}

#[test]
fn deep_nesting_is_answered_not_crashed() {
    let store = store();
    let nested = |depth: usize| {
        let mut filter = json!({ "must": [{ "has_id": [1] }] });
        for _ in 0..depth {
            filter = json!({ "must": [filter] });
        }
        filter
    };
    assert_eq!(found(&store, &nested(40)), json!([1]));
    let (status, text) = refusal(store.read::<ScrollPoints>(json!({ "filter": nested(200) })));
    assert_eq!(status, 400);
    assert!(text.contains("recursion limit exceeded"), "{text}");
}
