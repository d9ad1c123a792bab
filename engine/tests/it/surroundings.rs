//! A storage folder in odd places, and pulled away.

use std::fs;

use qdrant_embedded_engine::model::UpsertPoints;
use qdrant_embedded_engine::{DeleteCollection, ListAliases, UpdateAliases};
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
fn a_storage_folder_that_is_reached_by_a_link_is_the_same_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("store"), folder.path().join("link"));
    let store = Store::create_in(&path, settings());
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let other = Store::open(&link);
    other.upsert(json!([{ "id": 1, "vector": [1, 2] }]));
    assert_eq!(store.count(), 1);
    drop(store);
    drop(other);
    assert_eq!(Store::open(&link).count(), 1);
}

#[test]
#[cfg(unix)]
fn a_link_in_the_place_of_a_file_is_replaced_and_what_it_leads_to_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Store::create_in(&path, settings());
    let alias = |name: &str| -> UpdateAliases {
        let action = json!({ "create_alias": { "collection_name": "c", "alias_name": name } });
        UpdateAliases(serde_json::from_value(json!({ "actions": [action] })).unwrap())
    };
    store.manage(alias("first")).unwrap();
    drop(store);
    let (file, elsewhere) = (path.join("aliases/data.json"), folder.path().join("elsewhere"));
    fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    let before = fs::read_to_string(&elsewhere).unwrap();
    let names = |store: &Store| {
        let aliases = store.inspect(ListAliases { collection: None }).unwrap();
        let aliases = aliases["aliases"].as_array().unwrap().iter();
        aliases.map(|alias| alias["alias_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let store = Store::open(&path);
    assert_eq!(names(&store), ["first"]);
    store.manage(alias("second")).unwrap();
    drop(store);
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), before);
    assert_eq!(names(&Store::open(&path)), ["first", "second"]);
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
    let beside = Store::create_in(&folder.path().join("beside"), settings());
    assert!(store.manage(other).is_err());
    // What is only in memory may still be written.
    let _ = store.write::<UpsertPoints>(json!({ "points": [{ "id": 2, "vector": [1, 2] }] }));
    if let Err(error) = store.close() {
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    drop(store);
    beside.upsert(json!([{ "id": 1, "vector": [1, 2] }]));
    beside.close().unwrap();
    let store = Store::create_in(&path, settings());
    assert_eq!(store.count(), 0);
}
