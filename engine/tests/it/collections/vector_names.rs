//! Adding and removing vectors.

use super::*;

fn dense(size: usize) -> Value {
    json!({ "dense": { "size": size, "distance": "Dot" } })
}

/// A collection with 2000 points in an indexed segment and 10 in another one, all with a vector `a`.
fn store_of_two_segments(folder: &Path) -> Store {
    let store = Store::create(folder, indexed_early(json!({ "a": { "size": 32, "distance": "Dot" } })));
    store.upsert(many_points(0, 2000, "a")).unwrap();
    store.settle();
    store.upsert(many_points(2000, 10, "a")).unwrap();
    assert_eq!(store.info()["segments_count"], 2);
    // Nothing is to happen in the background while the files are looked at.
    store.update(json!({ "optimizers_config": { "max_optimization_threads": 0 } })).unwrap();
    store
}

fn vectors_of(store: &Store, id: u64) -> Value {
    store.points().as_array().unwrap().iter().find(|point| point["id"] == id).unwrap()["vector"].clone()
}

fn names(vectors: &Value) -> Vec<String> {
    vectors.as_object().unwrap().keys().cloned().collect()
}

/// The ids that a query by an added vector finds.
fn found(store: &Store, query: Value, using: &str) -> Value {
    let points = store.query(json!({ "query": query, "using": using, "limit": 5 })).unwrap();
    points.as_array().unwrap().iter().map(|point| point["id"].clone()).collect()
}

#[test]
fn added_vectors_of_every_kind_are_used_and_last() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    let multi = json!({ "dense": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } } });
    let first = store.create_vector("d", dense(2)).unwrap();
    assert_eq!(first, json!({ "operation_id": 2, "status": "completed" }));
    store.create_vector("m", multi).unwrap();
    store.create_vector("s", json!({ "sparse": { "modifier": "idf" } })).unwrap();
    assert_eq!(names(&vectors_of(&store, 1)), ["a"]);
    assert_eq!(found(&store, json!([1, 0]), "d"), json!([]));
    let values = json!({ "d": [1, 2], "m": [[1, 0], [0, 1]], "s": { "indices": [3], "values": [0.5] } });
    for id in [5, 2005, 9000] {
        store.upsert(json!([{ "id": id, "vector": values }])).unwrap();
    }
    let check = |store: &Store| {
        let config = store.config();
        assert_eq!(names(&config["params"]["vectors"]), ["a", "d", "m"]);
        assert_eq!(config["params"]["sparse_vectors"], json!({ "s": { "modifier": "idf" } }));
        assert_eq!((store.count(), names(&vectors_of(store, 1))), (2011, vec!["a".to_owned()]));
        assert_eq!(
            vectors_of(store, 5),
            json!({ "d": [1.0, 2.0], "m": [[1.0, 0.0], [0.0, 1.0]], "s": { "indices": [3], "values": [0.5] } })
        );
        let queries =
            [(json!([1, 0]), "d"), (json!([[1, 0]]), "m"), (json!({ "indices": [3], "values": [1] }), "s")];
        for (query, using) in queries {
            let mut ids: Vec<_> = serde_json::from_value::<Vec<u64>>(found(store, query, using)).unwrap();
            ids.sort_unstable();
            assert_eq!(ids, [5, 2005, 9000], "{using}");
        }
    };
    check(&store);
    let crashed = as_after_a_crash(folder.path());
    store.close();
    for path in [folder.path(), crashed.path()] {
        let store = Store::open(path);
        check(&store);
        // All of it is built anew, with the new vectors.
        let everything = json!({
            "hnsw_config": { "m": 5 }, "vectors": { "d": { "on_disk": true } },
            "optimizers_config": { "max_optimization_threads": "auto" },
        });
        store.update(everything).unwrap();
        store.settle();
        check(&store);
        store.close();
        let store = Store::open(path);
        check(&store);
        store.close();
    }
}

#[test]
fn a_removed_vector_is_gone_and_another_one_can_have_its_name() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    store.create_vector("d", dense(2)).unwrap();
    store.upsert(json!([{ "id": 1, "vector": { "a": vec![1; 32], "d": [1, 2] } }])).unwrap();
    assert_eq!(store.delete_vector("d").unwrap()["status"], "completed");
    assert_eq!(names(&vectors_of(&store, 1)), ["a"]);
    assert_eq!(refusal(store.query(json!({ "query": [1, 0], "using": "d" }))).0, 400);
    assert_eq!(refusal(store.upsert(json!([{ "id": 1, "vector": { "d": [1, 2] } }]))).0, 400);
    assert!(store.delete_vector("d").is_ok());
    store.create_vector("d", dense(3)).unwrap();
    assert_eq!(names(&vectors_of(&store, 1)), ["a"]);
    store.upsert(json!([{ "id": 2, "vector": { "d": [1, 2, 3] } }])).unwrap();
    let crashed = as_after_a_crash(folder.path());
    store.close();
    for path in [folder.path(), crashed.path()] {
        let store = Store::open(path);
        assert_eq!(store.config()["params"]["vectors"]["d"]["size"], 3);
        assert_eq!(
            (names(&vectors_of(&store, 1)), names(&vectors_of(&store, 2))),
            (vec!["a".to_owned()], vec!["d".to_owned()])
        );
        assert_eq!(found(&store, json!([1, 0, 0]), "d"), json!([2]));
        store.close();
    }
}

#[test]
fn every_vector_can_be_removed_and_points_stay() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    store.create_vector("s", json!({ "sparse": {} })).unwrap();
    store
        .upsert(
            json!([{ "id": 1, "vector": { "s": { "indices": [1], "values": [1] } }, "payload": { "k": 1 } }]),
        )
        .unwrap();
    for (name, left) in [("a", 1), ("s", 0)] {
        store.delete_vector(name).unwrap();
        assert_eq!((store.count(), names(&vectors_of(&store, 1)).len()), (2010, left), "{name}");
        let crashed = as_after_a_crash(folder.path());
        let store = Store::open(crashed.path());
        assert_eq!((store.count(), names(&vectors_of(&store, 1)).len()), (2010, left), "{name}");
        store.upsert(json!([{ "id": 3, "vector": {}, "payload": { "k": 2 } }])).unwrap();
        let everything = json!({
            "params": { "on_disk_payload": false }, "optimizers_config": { "max_optimization_threads": "auto" },
        });
        store.update(everything).unwrap();
        assert_eq!(store.settle()["points_count"], 2010);
        store.close();
        let store = Store::open(crashed.path());
        assert_eq!((store.count(), names(&vectors_of(&store, 3)).len()), (2010, 0), "{name}");
        store.create_vector("new", dense(2)).unwrap();
        store.upsert(json!([{ "id": 7, "vector": { "new": [1, 2] } }])).unwrap();
        store.close();
        let store = Store::open(crashed.path());
        assert_eq!(found(&store, json!([1, 0]), "new"), json!([7]), "{name}");
        store.close();
    }
    store.close();
}

#[test]
fn points_stay_when_only_added_vectors_are_left() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    let index = json!({ "field_name": "k", "field_schema": "integer" });
    store.write(parse::<qdrant_embedded_engine::model::CreatePayloadIndex>(index).unwrap()).unwrap();
    store.create_vector("d", dense(2)).unwrap();
    for id in [1, 2001] {
        store
            .upsert(
                json!([{ "id": id, "vector": { "a": vec![1; 32], "d": [1, 2] }, "payload": { "k": id } }]),
            )
            .unwrap();
    }
    store.delete_vector("a").unwrap();
    let points = store.points();
    let crashed = as_after_a_crash(folder.path());
    store.close();
    for path in [folder.path(), crashed.path()] {
        for _ in 0..2 {
            let store = Store::open(path);
            assert_eq!(store.points(), points);
            assert_eq!(found(&store, json!([1, 0]), "d").as_array().unwrap().len(), 2);
            let filter = json!({ "must": [{ "key": "k", "match": { "value": 1 } }] });
            assert_eq!(store.read::<CountPoints>(json!({ "filter": filter })).unwrap()["count"], 1);
            store.close();
        }
    }
}

#[test]
fn a_refused_vector_changes_nothing() {
    let folder = folder();
    let store = Store::create(folder.path(), json!({ "vectors": { "a": { "size": 2, "distance": "Dot" } } }));
    let before = store.config();
    let other = "Wrong input: Vector `a` already exists with a different configuration".to_owned();
    assert_eq!(refusal(store.create_vector("a", dense(3))), (400, other));
    assert_eq!(refusal(store.create_vector("b", dense(0))).0, 422);
    assert_eq!(refusal(store.create_vector("A", dense(2))).0, 400);
    assert_eq!(refusal(store.delete_vector("..")).0, 422);
    assert_eq!(store.config(), before);
    assert_eq!(store.create_vector("a", dense(2)).unwrap()["operation_id"], 0);
    assert_eq!(store.config(), before);
    store.close();
}

/// Removes a vector from what a segment says of itself.
fn take_from_segment(file: &Path, vector: &str) {
    change_json(file, |state| {
        state["config"]["vector_data"].as_object_mut().unwrap().remove(vector);
    });
}

#[test]
fn a_crash_while_a_vector_is_added_leaves_the_collection_with_or_without_it() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    let before = as_after_a_crash(folder.path());
    store.create_vector("d", dense(2)).unwrap();
    let after = as_after_a_crash(folder.path());
    store.close();

    // Nothing but the settings, or the settings and one of the segments, or all but the shard's copy.
    let with_config = |from: &TempDir| {
        let mixed = as_after_a_crash(from.path());
        fs::copy(collection_file(after.path(), "config.json"), collection_file(mixed.path(), "config.json"))
            .unwrap();
        mixed
    };
    let mut states = vec![with_config(&before)];
    for segment in segment_files(after.path()) {
        let mixed = with_config(&after);
        take_from_segment(&mixed.path().join(segment.strip_prefix(after.path()).unwrap()), "d");
        states.push(mixed);
    }
    let mixed = with_config(&after);
    fs::copy(
        collection_file(before.path(), "0/edge_config.json"),
        collection_file(mixed.path(), "0/edge_config.json"),
    )
    .unwrap();
    states.push(mixed);
    for state in states {
        let store = Store::open(state.path());
        assert_eq!(names(&store.config()["params"]["vectors"]), ["a", "d"]);
        for id in [3, 2003] {
            store.upsert(json!([{ "id": id, "vector": { "a": vec![1; 32], "d": [1, 2] } }])).unwrap();
        }
        store.close();
        let store = Store::open(state.path());
        assert_eq!((store.count(), found(&store, json!([1, 0]), "d").as_array().unwrap().len()), (2010, 2));
        store.close();
    }
}

#[test]
fn a_crash_while_a_vector_is_removed_leaves_the_collection_without_it() {
    let folder = folder();
    let store = store_of_two_segments(folder.path());
    store.create_vector("d", dense(2)).unwrap();
    store.upsert(json!([{ "id": 1, "vector": { "a": vec![1; 32], "d": [1, 2] } }])).unwrap();
    let before = as_after_a_crash(folder.path());
    store.delete_vector("d").unwrap();
    let after = as_after_a_crash(folder.path());
    store.close();

    // The log of this one still adds the vector, and a point with it.
    let mut states = vec![as_after_a_crash(before.path())];
    for segment in segment_files(before.path()) {
        let mixed = as_after_a_crash(before.path());
        take_from_segment(&mixed.path().join(segment.strip_prefix(before.path()).unwrap()), "d");
        states.push(mixed);
    }
    for state in states {
        fs::copy(collection_file(after.path(), "config.json"), collection_file(state.path(), "config.json"))
            .unwrap();
        for _ in 0..2 {
            let store = Store::open(state.path());
            assert_eq!(names(&store.config()["params"]["vectors"]), ["a"]);
            assert_eq!((store.count(), names(&vectors_of(&store, 1))), (2010, vec!["a".to_owned()]));
            assert_eq!(refusal(store.query(json!({ "query": [1, 0], "using": "d" }))).0, 400);
            store.close();
        }
    }
}

#[test]
fn vectors_come_and_go_while_the_optimizer_is_at_work() {
    let folder = folder();
    let store =
        Store::create(folder.path(), indexed_early(json!({ "a": { "size": 32, "distance": "Dot" } })));
    store.upsert(many_points(0, 10_000, "a")).unwrap();
    for round in 0..3 {
        store.update(json!({ "hnsw_config": { "m": 20 + round } })).unwrap();
        store.wait_for(|_| {
            store.read::<qdrant_embedded_engine::model::GetOptimizations>(json!({})).unwrap()["running"]
                != json!([])
        });
        store.create_vector("d", dense(2)).unwrap();
        store.upsert(json!([{ "id": 5, "vector": { "a": vec![1; 32], "d": [1, round] } }])).unwrap();
        assert_eq!(vectors_of(&store, 5)["d"], json!([1.0, f64::from(round)]));
        store.delete_vector("d").unwrap();
        assert_eq!(names(&vectors_of(&store, 5)), ["a"]);
    }
    let info = store.settle();
    assert_eq!((&info["optimizer_status"], &info["points_count"]), (&json!("ok"), &json!(10_000)));
    assert_eq!(names(&vectors_of(&store, 5)), ["a"]);
    store.close();
    let store = Store::open(folder.path());
    assert_eq!((store.count(), names(&vectors_of(&store, 5))), (10_000, vec!["a".to_owned()]));
    store.close();
}
