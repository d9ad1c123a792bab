//! Changing settings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;

fn plain() -> Value {
    json!({ "size": 32, "distance": "Cosine" })
}

#[test]
fn changed_settings_are_told_and_last() {
    let folder = folder();
    let store = Store::create(folder.path(), json!({ "vectors": plain(), "metadata": { "a": 1, "b": 1 } }));
    store.upsert(many_points(0, 10, "")).unwrap();
    let changes = json!({
        "vectors": { "": { "on_disk": true, "hnsw_config": { "m": 6 }, "quantization_config": { "binary": {} } } },
        "hnsw_config": { "ef_construct": 50 },
        "optimizers_config": { "default_segment_number": 3 },
        "params": { "replication_factor": 2, "on_disk_payload": false },
        "quantization_config": { "scalar": { "type": "int8" } },
        "strict_mode_config": { "enabled": false, "max_query_limit": 5 },
        "metadata": { "a": null, "c": 2 },
    });
    assert_eq!(store.update(changes), Ok(true));
    let config = store.config();
    let vector = &config["params"]["vectors"];
    assert_eq!((&vector["on_disk"], &vector["hnsw_config"]), (&json!(true), &json!({ "m": 6 })));
    assert_eq!(vector["quantization_config"], json!({ "binary": {} }));
    assert_eq!(config["hnsw_config"]["ef_construct"], 50);
    assert_eq!(config["optimizer_config"]["default_segment_number"], 3);
    assert_eq!(config["params"]["replication_factor"], 2);
    assert_eq!(config["params"]["on_disk_payload"], false);
    assert_eq!(config["quantization_config"], json!({ "scalar": { "type": "int8" } }));
    assert_eq!(config["strict_mode_config"], json!({ "enabled": false, "max_query_limit": 5 }));
    assert_eq!(config["metadata"], json!({ "b": 1, "c": 2 }));
    let points = store.points();
    let next = store.upsert(many_points(10, 1, "")).unwrap()["operation_id"].clone();
    assert_eq!(next, 1);
    store.close();

    let store = Store::open(folder.path());
    assert_eq!(store.config(), config);
    assert_eq!(store.count(), 11);
    assert_eq!(store.points().as_array().unwrap()[..10], points.as_array().unwrap()[..]);
    assert_eq!(store.upsert(many_points(11, 1, "")).unwrap()["operation_id"], 2);
    // Nothing is left of it when it is taken back.
    let back = json!({ "vectors": { "": { "quantization_config": "Disabled" } }, "quantization_config": "Disabled" });
    store.update(back).unwrap();
    store.close();
    let store = Store::open(folder.path());
    assert_eq!(store.config()["quantization_config"], json!(null));
    assert_eq!(store.config()["params"]["vectors"].get("quantization_config"), None);
    store.close();
}

#[test]
fn several_vectors_change_at_once() {
    let folder = folder();
    let vectors = json!({ "image": { "size": 4, "distance": "Dot" }, "text": { "size": 4, "distance": "Dot", "on_disk": true } });
    let store =
        Store::create(folder.path(), json!({ "vectors": vectors, "sparse_vectors": { "words": {} } }));
    let words = json!({ "indices": [1], "values": [1] });
    store.upsert(json!([{ "id": 1, "vector": { "image": [1, 2, 3, 4], "words": words } }])).unwrap();
    let changes = json!({
        "vectors": { "image": { "hnsw_config": { "m": 32 }, "quantization_config": { "scalar": { "type": "int8" } } } },
        "sparse_vectors": { "words": { "modifier": "idf", "index": { "on_disk": true } } },
        "params": { "on_disk_payload": false },
    });
    assert_eq!(store.update(changes), Ok(true));
    assert_eq!(
        store.query(json!({ "query": words, "using": "words" })).unwrap().as_array().unwrap().len(),
        1
    );
    store.close();
}

#[test]
fn a_refused_change_changes_nothing() {
    let folder = folder();
    let store = Store::create(folder.path(), json!({ "vectors": plain(), "metadata": { "a": 1 } }));
    let before = store.config();
    let unknown = "Wrong input: Not existing vector name error: none".to_owned();
    let changes = json!({ "metadata": { "a": 2 }, "hnsw_config": { "m": 3 }, "vectors": { "none": {} } });
    assert_eq!(refusal(store.update(changes)), (400, unknown));
    let changes = json!({ "metadata": { "a": 2 }, "hnsw_config": { "ef_construct": 1 } });
    assert_eq!(refusal(store.update(changes)).0, 422);
    assert_eq!(store.config(), before);
    assert_eq!(read_json(&collection_file(folder.path(), "config.json")), before);
    let missing = store.runtime.block_on(store.client.reconfigure("none", UpdateCollection::default()));
    assert_eq!(refusal(missing), (404, "Not found: Collection `none` doesn't exist!".to_owned()));
    assert_eq!(store.update(json!({})), Ok(true));
    assert_eq!(store.config(), before);
    store.close();
}

#[test]
fn existing_data_follows_every_change() {
    let folder = folder();
    let store = Store::create(folder.path(), indexed_early(plain()));
    store.upsert(many_points(0, 2000, "")).unwrap();
    assert_eq!(store.settle()["indexed_vectors_count"], 2000);
    let points = store.points();
    let steps = [
        (
            json!({ "quantization_config": { "scalar": { "type": "int8" } } }),
            "/quantization_config/scalar/type",
            json!("int8"),
        ),
        (json!({ "quantization_config": { "binary": {} } }), "/quantization_config/binary", json!({})),
        (json!({ "quantization_config": "Disabled" }), "/quantization_config", json!(null)),
        (json!({ "hnsw_config": { "m": 6 } }), "/index/options/m", json!(6)),
        (json!({ "vectors": { "": { "hnsw_config": { "m": 7 } } } }), "/index/options/m", json!(7)),
        (json!({ "vectors": { "": { "on_disk": true } } }), "/storage_type", json!("Mmap")),
    ];
    for (changes, pointer, expected) in steps {
        store.update(changes.clone()).unwrap();
        assert_ne!(store.info()["status"], "green", "{changes}");
        store.settle();
        let indexed = indexed_segments(folder.path(), "");
        let as_wanted = |segment: &&Value| segment.pointer(pointer).unwrap_or(&Value::Null) == &expected;
        assert_eq!(indexed.iter().filter(as_wanted).count(), 1, "{changes}: {indexed:?}");
        assert_eq!(store.points(), points, "{changes}");
    }
    store.close();
}

#[test]
fn what_is_to_be_indexed_and_merged_can_be_changed() {
    let folder = folder();
    let settings = json!({ "vectors": plain(), "optimizers_config": { "indexing_threshold": 0, "max_optimization_threads": 0 } });
    let store = Store::create(folder.path(), settings);
    store.upsert(many_points(0, 2000, "")).unwrap();
    assert_eq!(store.settle()["indexed_vectors_count"], 0);
    store.update(json!({ "optimizers_config": { "indexing_threshold": 100 } })).unwrap();
    // There is work, and the optimizer is off.
    assert_eq!(store.info()["status"], "yellow");
    store.close();
    let store = Store::open(folder.path());
    assert_eq!(store.info()["status"], "grey");
    store.update(json!({ "optimizers_config": { "max_optimization_threads": "auto" } })).unwrap();
    assert_eq!(store.settle()["indexed_vectors_count"], 2000);
    store.upsert(many_points(2000, 2000, "")).unwrap();
    assert_eq!(store.settle()["indexed_vectors_count"], 4000);
    store.update(json!({ "optimizers_config": { "default_segment_number": 1 } })).unwrap();
    let info = store.settle();
    assert_eq!((&info["points_count"], &info["indexed_vectors_count"]), (&json!(4000), &json!(4000)));
    store.close();
    assert_eq!(indexed_segments(folder.path(), "").len(), 1);
}

#[test]
fn reads_go_on_and_writes_keep_their_order_while_settings_change() {
    let folder = folder();
    let store = Store::create(folder.path(), indexed_early(plain()));
    store.upsert(many_points(0, 2000, "")).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !stop.load(Ordering::Relaxed) {
                assert!(store.count() >= 2000);
                assert_eq!(
                    store.query(json!({ "query": 7, "limit": 3 })).unwrap().as_array().unwrap().len(),
                    3
                );
                reads += 1;
            }
            reads
        });
        for round in 0..8_u64 {
            let on_disk = round % 2 == 0;
            // All are called at once, and none is waited for in between.
            let before =
                parse::<UpsertPoints>(json!({ "points": many_points(3000 + round, 1, "") })).unwrap();
            let change =
                parse(json!({ "vectors": { "": { "on_disk": on_disk } }, "metadata": { "round": round } }))
                    .unwrap();
            let after = parse::<UpsertPoints>(json!({ "points": many_points(4000 + round, 1, "") })).unwrap();
            store.runtime.block_on(async {
                let change = store.client.reconfigure::<UpdateCollection>(NAME, change);
                let (before, change, after) =
                    futures::join!(store.client.write(NAME, before), change, store.client.write(NAME, after));
                assert_eq!(after.unwrap().operation_id, before.unwrap().operation_id.map(|id| id + 1));
                assert_eq!(change, Ok(true));
            });
            assert_eq!(store.config()["metadata"]["round"], round);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(store.count(), 2016);
    store.close();
}

#[test]
fn a_crash_between_the_files_leaves_the_old_or_the_new_settings() {
    let folder = folder();
    let store = Store::create(folder.path(), indexed_early(plain()));
    store.upsert(many_points(0, 2000, "")).unwrap();
    store.settle();
    // Nothing is to happen in the background while the files are looked at.
    store.update(json!({ "optimizers_config": { "max_optimization_threads": 0 } })).unwrap();
    let old = as_after_a_crash(folder.path());
    let changes = json!({
        "quantization_config": { "scalar": { "type": "int8" } }, "hnsw_config": { "m": 6 },
        "vectors": { "": { "on_disk": true } },
    });
    store.update(changes).unwrap();
    let new = as_after_a_crash(folder.path());
    let points = store.points();
    store.close();

    for file in ["config.json", "0/edge_config.json"] {
        for (from, to) in [(&old, &new), (&new, &old)] {
            let mixed = as_after_a_crash(to.path());
            fs::copy(collection_file(from.path(), file), collection_file(mixed.path(), file)).unwrap();
            let expected = read_json(&collection_file(mixed.path(), "config.json"));
            let store = Store::open(mixed.path());
            assert_eq!(store.config(), expected);
            store.update(json!({ "optimizers_config": { "max_optimization_threads": "auto" } })).unwrap();
            store.settle();
            assert_eq!(store.points(), points);
            store.close();
            // Segments that were replaced leave with the last flush.
            let segments = indexed_segments(mixed.path(), "");
            assert_eq!(segments.len(), 1);
            assert_eq!(segments[0]["quantization_config"], expected["quantization_config"]);
            assert_eq!(segments[0]["index"]["options"]["m"], expected["hnsw_config"]["m"]);
        }
    }
}
