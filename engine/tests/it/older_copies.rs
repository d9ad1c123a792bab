//! Points that a crash brought back in a segment that they had left.

use std::fs;
use std::path::{Path, PathBuf};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{CountPoints, DeleteVectors, QueryPoints, ScrollPoints, SetPayload};
use serde_json::{Value, json};

use crate::common::Store;

fn segments(folder: &Path) -> PathBuf {
    folder.join("collections/c/0/segments")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// What a sparse search, a filter and a scroll find.
fn answers(store: &Store) -> Value {
    let sparse = json!({ "query": { "indices": [1], "values": [1.0] }, "using": "s", "limit": 100 });
    let mut found = store.read::<QueryPoints>(sparse).unwrap()["points"].clone();
    found.as_array_mut().unwrap().sort_by_key(|point| point["id"].as_u64());
    let old = json!({ "filter": { "must": [{ "key": "state", "match": { "value": "old" } }] } });
    let old = store.read::<CountPoints>(old).unwrap();
    let all = json!({ "limit": 100, "with_vector": true });
    json!([found, old, store.read::<ScrollPoints>(all).unwrap()])
}

#[test]
fn points_that_come_back_are_found_only_by_what_they_are_now() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = json!({
        "vectors": { "size": 2, "distance": "Dot" }, "sparse_vectors": { "s": {} },
        "optimizers_config": { "max_optimization_threads": 0 },
    });
    let store = Store::create_in(folder.path(), settings);
    let point = |id: u64| {
        json!({
            "id": id, "vector": { "": [1.0, id], "s": { "indices": [1], "values": [id + 1] } },
            "payload": { "state": "old" },
        })
    };
    store.upsert((0..10).map(point).collect());
    store.close().unwrap();
    drop(store);
    let copies: Vec<_> =
        fs::read_dir(segments(folder.path())).unwrap().map(|entry| entry.unwrap().path()).collect();
    for (number, segment) in copies.iter().enumerate() {
        copy(segment, &aside.path().join(number.to_string()));
    }

    let store = Store::open(folder.path());
    store.write::<DeleteVectors>(json!({ "points": [0, 1, 2, 3], "vector": ["s"] })).unwrap();
    store.write::<SetPayload>(json!({ "points": [3, 4, 5], "payload": { "state": "new" } })).unwrap();
    store.write::<SetPayload>(json!({ "filter": {}, "payload": { "seen": true } })).unwrap();
    // The log is emptied but for its last operation, which would make up for what it is about.
    store.flush();
    store.write::<SetPayload>(json!({ "points": [9], "payload": { "seen": true } })).unwrap();
    store.flush();
    let expected = answers(&store);
    store.close().unwrap();
    drop(store);
    for number in 0..copies.len() {
        let name = format!("00000000-0000-4000-8000-{number:012}");
        copy(&aside.path().join(number.to_string()), &segments(folder.path()).join(name));
    }
    // The mark of a store that was not closed.
    fs::write(folder.path().join("collections/c/.unsettled"), "").unwrap();

    let store = Store::open(folder.path());
    assert_eq!(answers(&store), expected);
    assert_eq!(store.read::<GetCollection>(json!({})).unwrap()["points_count"], 10);
    store.close().unwrap();
    drop(store);
    // As after a crash amid all this.
    let shard = folder.path().join("collections/c/0");
    fs::rename(shard.join("wal"), shard.join("wal-aside")).unwrap();
    fs::create_dir(shard.join("wal")).unwrap();
    let store = Store::open(folder.path());
    assert_eq!(answers(&store), expected);
    let set = json!({ "points": [1], "payload": { "state": "new" } });
    assert_eq!(store.write::<SetPayload>(set).unwrap()["operation_id"], 5);
    assert!(!shard.join("wal-aside").exists());
}
