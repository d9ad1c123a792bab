//! Finding points by examples, as the REST API did before its one query, and reading one point.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{
    DiscoverBatch, DiscoverPoints, GetPoint, RecommendBatch, RecommendPointGroups, RecommendPoints,
    SearchBatch, SearchPointGroups,
};
use serde_json::{Value, json};

/// Points on a line: `(id, 1)`, and one without a vector.
fn store() -> Store {
    let store = Store::of_plain_points();
    let point = |id: u64| json!({ "id": id, "vector": [id, 1], "payload": { "n": id, "odd": id % 2 } });
    store.upsert((1..=6).map(point).collect());
    store.upsert(json!([{ "id": 7, "vector": {} }]));
    store
}

fn found(points: Result<Value, qdrant_embedded_engine::Error>) -> Value {
    ids(&points.unwrap())
}

#[test]
fn examples_are_not_found_themselves() {
    let store = store();
    let found_by = |request| found(store.read::<RecommendPoints>(request));
    assert_eq!(found_by(json!({ "positive": [6, 5], "negative": [4] })), json!([3, 2, 1]));
    assert_eq!(found_by(json!({ "positive": [[6, 1]], "limit": 2 })), json!([6, 5]));
    let discover = json!({ "target": 6, "context": [{ "positive": 5, "negative": 1 }], "limit": 9 });
    assert_eq!(found(store.read::<DiscoverPoints>(discover)), json!([4, 3, 2]));
}

#[test]
fn an_example_without_the_vector_does_not_count_among_others() {
    let store = store();
    let found_by = |request| store.read::<RecommendPoints>(request);
    assert_eq!(found(found_by(json!({ "positive": [1, 7], "limit": 2 }))), json!([6, 5]));
    let (status, text) = refusal(found_by(json!({ "positive": [7] })));
    assert_eq!((status, text.starts_with("Wrong input: ")), (400, true), "{text}");
}

#[test]
fn one_bad_request_of_a_batch_refuses_all() {
    let store = store();
    let bad = json!([{ "vector": [1, 0], "limit": 1 }, { "vector": [1, 0], "limit": 0 }]);
    assert_eq!(
        refusal(store.read::<SearchBatch>(json!({ "searches": bad }))),
        (
            422,
            "Validation error in JSON body: \
             [searches[1].search_request.limit: value 0 invalid, must be 1 or larger]"
                .to_owned()
        )
    );
    let missing = "Format error in JSON body: missing field `limit`".to_owned();
    let request = |search: Value| json!({ "searches": [search] });
    assert_eq!(
        refusal(store.read::<SearchBatch>(request(json!({ "vector": [1, 0] })))),
        (400, missing.clone())
    );
    assert_eq!(
        refusal(store.read::<RecommendBatch>(request(json!({ "positive": [1] })))),
        (400, missing.clone())
    );
    assert_eq!(refusal(store.read::<DiscoverBatch>(request(json!({ "target": 1 })))), (400, missing));
    let unknown = json!({ "searches": [{ "positive": [1], "limit": 1 }, { "positive": [8], "limit": 1 }] });
    assert_eq!(
        refusal(store.read::<RecommendBatch>(unknown)),
        (404, "Not found: No point with id 8 found".to_owned())
    );
}

#[test]
fn groups_hold_the_best_points_of_each_value() {
    let store = store();
    store.index("odd", json!("integer"));
    let groups = |answer: Value| -> Value {
        let groups = answer["groups"].as_array().unwrap();
        groups.iter().map(|group| json!([group["id"], ids(&group["hits"])])).collect()
    };
    let sizes = json!({ "group_by": "odd", "group_size": 2, "limit": 5 });
    let with = |mut request: Value| {
        request.as_object_mut().unwrap().extend(sizes.as_object().unwrap().clone());
        request
    };
    let answer = store.read::<SearchPointGroups>(with(json!({ "vector": [1, 0] }))).unwrap();
    assert_eq!(groups(answer), json!([[0, [6, 4]], [1, [5, 3]]]));
    let answer = store.read::<RecommendPointGroups>(with(json!({ "positive": [6] }))).unwrap();
    assert_eq!(groups(answer), json!([[1, [5, 3]], [0, [4, 2]]]));
}

#[test]
fn groups_ask_for_examples_only_when_they_average_them() {
    let store = store();
    store.index("odd", json!("integer"));
    let groups = |negative: Value, strategy: &str| {
        store.read::<RecommendPointGroups>(json!({
            "negative": negative, "strategy": strategy, "group_by": "odd", "group_size": 1, "limit": 1,
        }))
    };
    let none = "Wrong input: Positive vectors should not be empty with `average` strategy";
    for negative in [json!([1]), json!([])] {
        assert_eq!(refusal(groups(negative.clone(), "average_vector")), (400, none.to_owned()));
        assert!(groups(negative, "best_score").is_ok());
    }
}

#[test]
fn one_point_is_read_with_all_that_it_has() {
    let store = store();
    assert_eq!(
        store.read::<GetPoint>(json!({ "id": 3 })).unwrap(),
        json!({ "id": 3, "payload": { "n": 3, "odd": 1 }, "vector": [3.0, 1.0] })
    );
    assert_eq!(
        refusal(store.read::<GetPoint>(json!({ "id": 33 }))),
        (404, "Not found: Point with id 33 does not exists!".to_owned())
    );
}
