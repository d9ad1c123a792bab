//! Reading points page by page.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::ScrollPoints;
use serde_json::{Value, json};

/// Points 1 to 25; `n` counts down, `many` holds several numbers.
fn store() -> Store {
    let store = Store::of_plain_points();
    store.upsert(
        (1..=25)
            .map(
                |id| json!({ "id": id, "vector": [id, 0], "payload": { "n": 26 - id, "even": id % 2 == 0 } }),
            )
            .collect(),
    );
    store
}

fn numbers(range: impl IntoIterator<Item = u64>) -> Value {
    range.into_iter().map(Value::from).collect()
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let store = store();
    let mut offset = Value::Null;
    let mut sizes = Vec::new();
    let mut seen = Vec::new();
    loop {
        let page = store.scroll(json!({ "offset": offset }));
        sizes.push(page["points"].as_array().unwrap().len());
        seen.extend(ids(&page["points"]).as_array().unwrap().clone());
        offset = page["next_page_offset"].clone();
        if offset.is_null() {
            break;
        }
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(Value::from(seen), numbers(1..=25));
}

#[test]
fn a_page_that_ends_with_the_last_point_is_the_last() {
    let page = store().scroll(json!({ "limit": 25 }));
    assert_eq!(ids(&page["points"]), numbers(1..=25));
    assert_eq!(page["next_page_offset"], Value::Null);
}

#[test]
fn a_filter_holds_for_all_pages() {
    let store = store();
    let filter = json!({ "must": [{ "key": "even", "match": { "value": true } }] });
    let page = store.scroll(json!({ "filter": filter, "limit": 4 }));
    assert_eq!(ids(&page["points"]), json!([2, 4, 6, 8]));
    assert_eq!(page["next_page_offset"], 10);
    let page = store.scroll(json!({ "filter": filter, "limit": 4, "offset": 20 }));
    assert_eq!(ids(&page["points"]), json!([20, 22, 24]));
    assert_eq!(page["next_page_offset"], Value::Null);
}

#[test]
fn payload_comes_by_default_and_vectors_do_not() {
    let page = store().scroll(json!({ "limit": 1 }));
    assert_eq!(page["points"], json!([{ "id": 1, "payload": { "n": 25, "even": false } }]));
    let page = store().scroll(json!({ "limit": 1, "with_payload": false, "with_vector": true }));
    assert_eq!(page["points"], json!([{ "id": 1, "vector": [1.0, 0.0] }]));
}

#[test]
fn numbers_come_before_uuids() {
    let store = Store::of_plain_points();
    let uuid = "00000000-0000-0000-0000-000000000001";
    store.upsert(json!([{ "id": uuid, "vector": [1, 0] }, { "id": 7, "vector": [1, 0] }]));
    let page = store.scroll(json!({ "limit": 1 }));
    assert_eq!(ids(&page["points"]), json!([7]));
    assert_eq!(page["next_page_offset"], uuid);
    assert_eq!(ids(&store.scroll(json!({ "offset": uuid }))["points"]), json!([uuid]));
}

#[test]
fn points_are_ordered_by_a_field_with_an_index() {
    let store = store();
    store.index("n", json!("integer"));
    let page = store.scroll(json!({ "order_by": "n", "limit": 3 }));
    assert_eq!(ids(&page["points"]), json!([25, 24, 23]));
    assert_eq!(page["points"][0]["order_value"], 1);
    assert_eq!(page["next_page_offset"], Value::Null);
    let page = store.scroll(json!({
        "order_by": { "key": "n", "direction": "desc", "start_from": 5 }, "limit": 3, "with_payload": false,
    }));
    let points = json!([{ "id": 21, "order_value": 5 }, { "id": 22, "order_value": 4 }, { "id": 23, "order_value": 3 }]);
    assert_eq!(page["points"], points);
}

#[test]
fn a_point_with_several_values_in_a_row_comes_once() {
    let store = Store::of_plain_points();
    store.upsert(json!([
        { "id": 1, "vector": [1, 0], "payload": { "n": [1, 2] } },
        { "id": 2, "vector": [1, 0], "payload": { "n": 3 } },
    ]));
    store.index("n", json!("integer"));
    let page = store.scroll(json!({ "order_by": "n" }));
    assert_eq!(ids(&page["points"]), json!([1, 2]));
    assert_eq!(page["points"][0]["order_value"], 1);
}

#[test]
fn an_order_by_a_field_without_an_index_is_refused() {
    let (status, text) = refusal(store().read::<ScrollPoints>(json!({ "order_by": "n" })));
    assert_eq!(status, 400);
    assert!(text.starts_with("Wrong input: No range index for `order_by` key: `n`."), "{text}");
}

#[test]
fn a_huge_page_takes_what_there_is() {
    let page = store().scroll(json!({ "limit": u64::MAX }));
    assert_eq!(ids(&page["points"]), numbers(1..=25));
    assert_eq!(page["next_page_offset"], Value::Null);
}
