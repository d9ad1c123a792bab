//! A storage folder in odd places, and pulled away.

use std::fs;

use qdrant_embedded_engine::DeleteCollection;
use serde_json::json;

use crate::common::Store;

fn settings() -> serde_json::Value {
    json!({ "vectors": { "size": 2, "distance": "Dot" } })
}

#[test]
fn a_path_may_be_long_and_have_spaces_and_any_letters() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a b", "ünï-côdé-日本-🦀", &"x".repeat(250)] {
        let path = folder.path().join(name).join("new");
        let store = Store::create_in(&path, settings());
        store.upsert(json!([{ "id": 1, "vector": [1, 2] }]));
        drop(store);
        assert_eq!(Store::open(&path).count(), 1, "{name}");
    }
}

#[test]
#[cfg(unix)]
fn what_a_symbolic_link_leads_to_is_used_and_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    drop(Store::create_in(&path, settings()));
    let elsewhere = folder.path().join("elsewhere");
    let collection = path.join("collections/c");
    fs::rename(&collection, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &collection).unwrap();
    let store = Store::open(&path);
    store.upsert(json!([{ "id": 1, "vector": [1, 2] }]));
    assert_eq!(store.count(), 1);
    store.manage(DeleteCollection { name: "c".to_owned() }).unwrap();
    drop(store);
    assert!(!collection.exists());
    assert!(elsewhere.join("config.json").exists(), "the link was followed");
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_deleted_while_it_is_open_ends_neither_the_process_nor_the_calls() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Store::create_in(&path, settings());
    store.upsert(json!([{ "id": 1, "vector": [1, 2] }]));
    fs::remove_dir_all(&path).unwrap();
    // Files that are open go on to exist.
    assert_eq!(store.count(), 1);
    let other = qdrant_embedded_engine::CreateCollectionNamed {
        name: "d".to_owned(),
        request: serde_json::from_value(settings()).unwrap(),
    };
    assert!(store.manage(other).is_err());
    drop(store);
    let store = Store::create_in(&path, settings());
    assert_eq!(store.count(), 0);
}
