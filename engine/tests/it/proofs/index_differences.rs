//! Where an index changes what a condition means. It does so in the engine, and hence on a server too.

use serde_json::{Value, json};

use crate::common::{Store, ids};

/// The ids that a condition selects, without an index of the field and with it.
fn found(payload: Value, field: &str, schema: Value, condition: Value) -> (Value, Value) {
    let store = Store::of_plain_points();
    store.upsert(json!([{ "id": 1, "vector": [1, 1], "payload": payload }]));
    let select = || ids(&store.scroll(json!({ "filter": { "must": condition } }))["points"]);
    let without = select();
    store.index(field, schema);
    (without, select())
}

#[test]
fn words_may_be_spread_over_a_list_only_with_an_index() {
    let text = json!({ "type": "text", "tokenizer": "word" });
    let condition = json!({ "key": "a", "match": { "text": "quick fox" } });
    let (without, with) = found(json!({ "a": ["quick", "fox"] }), "a", text, condition);
    assert_eq!((without, with), (json!([]), json!([1])));
}

#[test]
fn values_of_another_type_are_excepted_only_with_an_index() {
    let condition = json!({ "key": "a", "match": { "except": ["red"] } });
    let (without, with) = found(json!({ "a": 7 }), "a", json!("keyword"), condition);
    assert_eq!((without, with), (json!([1]), json!([])));
}

#[test]
fn one_empty_value_of_a_path_makes_it_empty_only_without_an_index() {
    let payload = json!({ "items": [{ "a": [] }, { "a": "x" }] });
    let condition = json!({ "key": "items[].a", "is_empty": true });
    let (without, with) = found(payload.clone(), "items[].a", json!("keyword"), condition);
    assert_eq!((without, with), (json!([1]), json!([])));
    let condition = json!({ "is_empty": { "key": "items[].a" } });
    let (without, with) = found(payload, "items[].a", json!("keyword"), condition);
    assert_eq!((without, with), (json!([]), json!([])));
}

#[test]
fn a_wide_box_over_the_antimeridian_loses_places_with_an_index() {
    let condition = json!({ "key": "a", "geo_bounding_box": {
        "top_left": { "lon": -0.5, "lat": 2.5 }, "bottom_right": { "lon": -44.5, "lat": 0.5 },
    } });
    let (without, with) = found(json!({ "a": { "lon": 1, "lat": 2 } }), "a", json!("geo"), condition);
    assert_eq!((without, with), (json!([1]), json!([])));
}

#[test]
fn numbers_and_dates_are_compared_as_microseconds_only_with_an_index() {
    let since_1970 = json!({ "key": "a", "range": { "gt": "1970-01-01T00:00:00Z" } });
    let (without, with) = found(json!({ "a": 7 }), "a", json!("integer"), since_1970);
    assert_eq!((without, with), (json!([]), json!([1])));
    let above_7 = json!({ "key": "a", "range": { "gt": 7 } });
    let (without, with) = found(json!({ "a": "2024-01-01" }), "a", json!("datetime"), above_7);
    assert_eq!((without, with), (json!([]), json!([1])));
}
