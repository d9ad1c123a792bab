//! What is recovered is what was there.

use qdrant_embedded_engine::model::{SnapshotSource, UpdateCollection};
use qdrant_embedded_engine::{RecoverSnapshot, SnapshotScope, Touches};
use serde_json::{Value, json};

use super::{Store, of, of_shard, plain_point, refusal};

/// Collections of every kind, each with points that use all of it.
pub fn kinds() -> Vec<(Value, Value)> {
    // Of no two points alike, so that no order is left to chance.
    let dense =
        |id: u64| [1, 2, 3, 4].map(|axis: u64| ((id + 1) * axis * axis * 7919 % 1009) as f32 / 1009.0);
    let payload = |id: u64| json!({ "city": (["a", "b", "c"][id as usize % 3]), "n": id, "when": "2026-11-21T10:00:00Z" });
    let points = |vector: &dyn Fn(u64) -> Value| -> Value {
        (0..300).map(|id| json!({ "id": id, "vector": vector(id), "payload": payload(id) })).collect()
    };
    let plain = |quantization: Value| {
        json!({
            "vectors": { "size": 4, "distance": "Cosine" }, "quantization_config": quantization,
            "optimizers_config": { "indexing_threshold": 1 }, "metadata": { "owner": "me" },
        })
    };
    vec![
        (plain(json!(null)), points(&|id| json!(dense(id)))),
        (plain(json!({ "scalar": { "type": "int8" } })), points(&|id| json!(dense(id)))),
        (
            json!({
                "vectors": {
                    "image": { "size": 4, "distance": "Dot", "datatype": "float16" },
                    "rows": { "size": 4, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
                },
                "sparse_vectors": { "words": { "modifier": "idf" } },
                "strict_mode_config": { "enabled": false, "max_query_limit": 7 },
                "shard_number": 3,
            }),
            points(&|id| {
                json!({
                    "image": dense(id), "rows": [dense(id), dense(id + 500)],
                    "words": { "indices": [id, 1000], "values": [1.0, dense(id)[0]] },
                })
            }),
        ),
        (json!({}), (0..5).map(|id| json!({ "id": id, "vector": {}, "payload": payload(id) })).collect()),
    ]
}

fn queries() -> Vec<Value> {
    vec![
        // Exact scores, whether the optimizer has quantized the vectors already or not.
        json!({
            "query": [1.0, 2.0, 3.0, 4.0], "limit": 400, "with_payload": true,
            "params": { "quantization": { "rescore": true } },
        }),
        json!({ "query": [1.0, 2.0, 3.0, 4.0], "using": "image", "limit": 400 }),
        json!({ "query": [[1.0, 2.0, 3.0, 4.0]], "using": "rows", "limit": 400 }),
        json!({ "query": { "indices": [5, 1000], "values": [1.0, 1.0] }, "using": "words", "limit": 400 }),
        json!({ "filter": { "must": [{ "key": "city", "match": { "value": "b" } }] }, "limit": 400 }),
        json!({ "query": { "order_by": { "key": "n", "direction": "desc" } }, "limit": 400 }),
    ]
}

/// All results of each query; those of one score, which are in no order, by their ids.
pub fn results(store: &Store, name: &str) -> Vec<Value> {
    use qdrant_embedded_engine::model::QueryPoints;
    let answer = |query| {
        let mut points = match store.read::<QueryPoints>(name, query) {
            Ok(mut answer) => serde_json::from_value::<Vec<Value>>(answer["points"].take()).unwrap(),
            Err(error) => return json!(error.to_string()),
        };
        let number = |point: &Value, field: &str| point[field].as_f64().unwrap();
        if !points.iter().any(|point| point["order_value"].is_number()) {
            points.sort_by(|a, b| {
                let by_score = number(b, "score").total_cmp(&number(a, "score"));
                by_score.then_with(|| number(a, "id").total_cmp(&number(b, "id")))
            });
        }
        json!(points)
    };
    queries().into_iter().map(answer).collect()
}

/// What tells a collection's settings, apart from the number of shards, of which there is always one.
fn settings(store: &Store, name: &str) -> Value {
    let mut info = store.info(name);
    info["config"]["params"]["shard_number"].take();
    json!([info["config"], info["payload_schema"], info["points_count"]])
}

#[test]
fn a_recovered_collection_has_and_does_all_that_the_old_one_did() {
    for (settings_of_kind, points) in kinds() {
        let store = Store::new();
        store.create("old", settings_of_kind.clone());
        store.upsert("old", points.clone());
        store.index("old", "city", json!("keyword"));
        store.index("old", "n", json!({ "type": "integer", "range": true, "lookup": false }));
        store.delete("old", &[3, 4]);
        let file = store.snapshot("old");
        assert_eq!(store.recover("new", &file), Ok(true), "{settings_of_kind}");
        assert_eq!(store.points("new"), store.points("old"));
        assert_eq!(settings(&store, "new"), settings(&store, "old"));
        // Until it is opened anew, a sparse index counts deleted points among those that a word is rare in.
        let store = store.reopened(|_| {});
        assert!(results(&store, "new") == results(&store, "old"), "{settings_of_kind}");

        for name in ["old", "new"] {
            store.delete(name, &[1, 2]);
            store.upsert(name, json!([points[2]]));
        }
        let ids = store.ids("new");
        assert!(!ids.contains(&1) && ids.contains(&2), "writes after the recovery count");
        assert_eq!(store.points("new"), store.points("old"));
        let store = store.reopened(|_| {});
        assert_eq!(store.ids("new"), ids);
        assert_eq!(store.work(), [""; 0]);
    }
}

#[test]
fn a_collection_goes_back_to_what_it_was_with_its_aliases() {
    let store = Store::new();
    store.create_plain("c", 0..10);
    store.alias("a", "c");
    let before = store.points("c");
    let file = store.snapshot("c");
    store.delete("c", &[1]);
    store.upsert("c", json!([{ "id": 2, "vector": [9.0, 9.0] }, plain_point(100)]));
    // By its name in the store, and by its alias.
    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!(store.recover_with("a", None, SnapshotSource::at(name)), Ok(true));
    assert_eq!(store.points("c"), before);
    assert_eq!(store.count("a"), 10);
    assert_eq!(store.collections(), json!(["c"]));
    let store = store.reopened(|_| {});
    assert_eq!(store.points("c"), before);
    assert_eq!(store.count("a"), 10);
}

#[test]
fn a_collection_keeps_its_settings_and_indexes_when_its_points_are_replaced() {
    let store = Store::new();
    store.create_plain("c", 0..10);
    store.index("c", "both", json!("keyword"));
    store.index("c", "theirs", json!("keyword"));
    let file = store.snapshot("c");
    store.create("d", json!({
        "vectors": { "size": 2, "distance": "Dot" }, "metadata": { "mine": true }, "hnsw_config": { "m": 8 },
    }));
    store.index("d", "both", json!("integer"));
    store.index("d", "mine", json!("bool"));
    let config = store.info("d")["config"].clone();
    assert_eq!(store.recover("d", &file), Ok(true));
    let info = store.info("d");
    assert_eq!(info["config"], config);
    let types = ["both", "theirs", "mine"].map(|field| info["payload_schema"][field]["data_type"].clone());
    assert_eq!(types, ["integer", "keyword", "bool"]);
    assert_eq!(store.points("d"), store.points("c"));
}

#[test]
fn a_shard_is_recovered_into_a_collection_that_is_there() {
    let store = Store::new();
    store.create_plain("c", 0..10);
    let file = store.snapshot_of_shard("c");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("c-shard-0-20"), "{name}");
    assert_eq!(store.list(of_shard("c", 0)).unwrap().len(), 1);
    assert_eq!(store.list(of("c")).unwrap(), []);
    store.create_plain("d", 50..60);
    assert_eq!(store.recover_shard("d", &file), Ok(true));
    assert_eq!(store.points("d"), store.points("c"));
    store.delete("d", &[0]);
    assert_eq!(store.count("d"), 9);
    store.delete("c", &[0]);
    assert_eq!(store.recover_with("c", Some(0), SnapshotSource::at(name)), Ok(true));
    assert_eq!(store.count("c"), 10);
    assert_eq!(store.delete_snapshot(of_shard("c", 0), name), Ok(true));
    assert_eq!(store.list(of_shard("c", 0)).unwrap(), []);
}

#[test]
fn snapshots_are_listed_and_deleted() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    store.alias("a", "c");
    assert_eq!(store.list(of("c")).unwrap(), []);
    let first = store.create_snapshot(of("c"));
    let second = store.create_snapshot(of("a"));
    assert!(first.name.starts_with("c-") && first.name.ends_with(".snapshot"), "{}", first.name);
    assert_ne!(first.name, second.name);
    assert_eq!(first.checksum.as_ref().unwrap().len(), 64);
    let mut both = vec![first.clone(), second];
    both.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(store.list(of("a")).unwrap(), both);
    assert_eq!(store.delete_snapshot(of("c"), &first.name), Ok(true));
    assert_eq!(store.list(of("c")).unwrap().len(), 1);
    // They outlive the store that made them, and their collection.
    let store = store.reopened(|_| {});
    assert_eq!(store.list(of("c")).unwrap().len(), 1);
}

#[test]
fn what_does_not_exist_is_not_found() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let no_collection = "Not found: Collection `x` doesn't exist!".to_owned();
    assert_eq!(refusal(store.list(of("x"))), (404, no_collection.clone()));
    assert_eq!(refusal(store.delete_snapshot(of("x"), "a")), (404, no_collection.clone()));
    assert_eq!(refusal(store.recover_with("x", Some(0), SnapshotSource::at("a"))), (404, no_collection));
    let no_snapshot = "Not found: Snapshot a.snapshot not found".to_owned();
    assert_eq!(refusal(store.delete_snapshot(of("c"), "a.snapshot")), (404, no_snapshot.clone()));
    assert_eq!(
        refusal(store.delete_snapshot(SnapshotScope::Storage, "a.snapshot")),
        (404, no_snapshot.clone())
    );
    assert_eq!(refusal(store.recover_with("c", None, SnapshotSource::at("a.snapshot"))), (404, no_snapshot));
    let no_shard = "Not found: shard 1 not found".to_owned();
    assert_eq!(refusal(store.list(of_shard("c", 1))), (404, no_shard.clone()));
    assert_eq!(refusal(store.recover_with("c", Some(1), SnapshotSource::at("a"))), (404, no_shard));
}

#[test]
fn a_new_collection_has_to_have_a_good_name() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    store.alias("a", "c");
    let file = store.snapshot("c");
    assert_eq!(refusal(store.recover("b/d", &file)).0, 422);
    assert_eq!(store.recover("d", &file), Ok(true));
    assert_eq!(store.collections(), json!(["c", "d"]));
}

#[test]
fn a_snapshot_that_does_not_fit_is_refused() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    store.create("d", json!({ "vectors": { "size": 3, "distance": "Dot" } }));
    store.upsert("d", json!([{ "id": 1, "vector": [1.0, 2.0, 3.0] }]));
    let (status, text) = refusal(store.recover("d", &store.snapshot("c")));
    assert_eq!(status, 400);
    assert!(text.starts_with("Wrong input: Snapshot is not compatible with existing collection"), "{text}");
    let (status, text) = refusal(store.recover_shard("d", &store.snapshot_of_shard("c")));
    assert_eq!((status, text.starts_with("Bad request: Invalid snapshot: ")), (400, true), "{text}");
    // A snapshot of another kind.
    assert_eq!(refusal(store.recover("d", &store.snapshot_of_shard("d"))).0, 400);
    assert_eq!(refusal(store.recover_shard("d", &store.snapshot("d"))).0, 400);
    assert_eq!(store.ids("d"), [1]);
    assert_eq!(store.work(), [""; 0]);
}

#[test]
fn a_wrong_checksum_is_told_and_changes_nothing() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let file = store.snapshot("c");
    let checksum = store.list(of("c")).unwrap()[0].checksum.clone().unwrap();
    store.delete("c", &[1]);
    let with = |checksum: &str| SnapshotSource {
        checksum: Some(checksum.to_owned()),
        ..SnapshotSource::at(file.to_str().unwrap())
    };
    let (status, text) = refusal(store.recover_with("c", None, with(&"0".repeat(64))));
    let expected =
        format!("Wrong input: Snapshot checksum mismatch: expected {}, got {checksum}", "0".repeat(64));
    assert_eq!((status, text), (400, expected));
    assert_eq!(refusal(store.recover_with("c", None, with("0"))).0, 422);
    assert_eq!(store.ids("c"), [0, 2]);
    assert_eq!(store.recover_with("c", None, with(&checksum)), Ok(true));
    assert_eq!(store.ids("c"), [0, 1, 2]);
}

#[test]
fn nothing_is_lost_of_a_collection_that_is_changed_while_it_is_recovered() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let file = store.snapshot("c");
    let make_ready = || {
        let source = SnapshotSource::at(file.to_str().unwrap());
        let recover = RecoverSnapshot { collection: "c".to_owned(), shard: None, source };
        store.runtime.block_on(store.client.transfer(Touches::All, recover)).unwrap()
    };
    let take_in = |staged| refusal(store.runtime.block_on(store.client.manage(Touches::All, staged))).0;
    // Made ready, and then an index is added, or the settings are changed.
    let staged = make_ready();
    store.index("c", "n", json!("integer"));
    assert_eq!(take_in(staged), 400);
    assert_eq!(store.info("c")["payload_schema"]["n"]["data_type"], "integer");
    let staged = make_ready();
    let change: UpdateCollection = serde_json::from_value(json!({ "metadata": { "new": true } })).unwrap();
    store.runtime.block_on(store.client.reconfigure("c", change)).unwrap();
    store.upsert("c", json!([plain_point(9)]));
    assert_eq!(take_in(staged), 400);
    assert_eq!(store.ids("c"), [0, 1, 2, 9]);
    assert_eq!(store.info("c")["config"]["metadata"]["new"], true);
}

#[test]
fn a_small_collection_has_a_small_snapshot() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let size = store.create_snapshot(of("c")).size;
    assert!(size < 1 << 20, "{size} bytes");
}
