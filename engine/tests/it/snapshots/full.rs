//! Snapshots of a whole store.

use std::fs;
use std::path::{Path, PathBuf};

use qdrant_embedded_engine::model::{FullSnapshotSource, SnapshotSource};
use qdrant_embedded_engine::{RecoverFullSnapshot, Result, SnapshotScope, Touches};
use serde_json::{Value, json};

use super::layout::{entries_of, write};
use super::{Store, plain_point, refusal};

fn full_snapshot(store: &Store) -> PathBuf {
    let description = store.create_snapshot(SnapshotScope::Storage);
    assert!(description.name.starts_with("full-snapshot-20"), "{}", description.name);
    store.path().join("snapshots").join(description.name)
}

fn recover(store: &Store, file: &Path, force: bool) -> Result<bool> {
    let source = SnapshotSource::at(file.to_str().unwrap());
    let operation = RecoverFullSnapshot(FullSnapshotSource { source, force: Some(force) });
    store.runtime.block_on(store.client.take_in(Touches::All, || Ok(operation)))
}

#[test]
fn a_store_comes_back_with_its_collections_and_aliases() {
    let old = Store::new();
    old.create_plain("a", 0..10);
    old.create("b", json!({ "sparse_vectors": { "s": {} } }));
    old.upsert("b", json!([{ "id": 1, "vector": { "s": { "indices": [1], "values": [2.0] } } }]));
    old.alias("alias", "b");
    let file = full_snapshot(&old);
    assert_eq!(old.list(SnapshotScope::Storage).unwrap().len(), 1);

    let new = Store::new();
    new.create_plain("other", 0..3);
    assert_eq!(recover(&new, &file, false), Ok(true));
    assert_eq!(new.collections(), json!(["a", "b", "other"]));
    assert_eq!(new.points("a"), old.points("a"));
    assert_eq!(new.points("alias"), old.points("b"));
    new.delete("a", &[0]);
    let new = new.reopened(|_| {});
    assert_eq!((new.count("a"), new.count("alias"), new.count("other")), (9, 1, 3));
    assert_eq!(new.work(), [""; 0]);

    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!(old.delete_snapshot(SnapshotScope::Storage, name), Ok(true));
    assert_eq!(old.list(SnapshotScope::Storage).unwrap(), []);
}

#[test]
fn what_is_there_is_replaced_only_by_force() {
    let store = Store::new();
    store.create_plain("a", 0..10);
    store.create_plain("b", 0..5);
    store.alias("alias", "a");
    let file = full_snapshot(&store);
    store.upsert("a", json!([plain_point(99)]));
    let (status, text) = refusal(recover(&store, &file, false));
    assert_eq!((status, text.contains("Collection `a` already exists!")), (409, true), "{text}");
    assert_eq!((store.count("a"), store.count("b")), (11, 5));
    store.alias("alias", "b");
    assert_eq!(recover(&store, &file, true), Ok(true));
    assert_eq!((store.count("a"), store.count("b"), store.count("alias")), (10, 5, 10));
}

#[test]
fn an_alias_in_the_way_stops_all_of_it() {
    let old = Store::new();
    old.create_plain("a", 0..10);
    old.create_plain("b", 0..10);
    old.alias("alias", "a");
    let file = full_snapshot(&old);
    for (alias, status) in [("b", 400), ("alias", 409)] {
        let store = Store::new();
        store.create_plain("other", 0..3);
        store.alias(alias, "other");
        assert_eq!(refusal(recover(&store, &file, false)).0, status, "{alias}");
        assert_eq!(store.collections(), json!(["other"]));
        assert_eq!(store.count(alias), 3);
    }
}

#[test]
fn a_snapshot_of_a_collection_is_none_of_a_store() {
    let store = Store::new();
    store.create_plain("a", 0..10);
    assert_eq!(refusal(recover(&store, &store.snapshot("a"), true)).0, 400);
    assert_eq!(refusal(store.recover("a", &full_snapshot(&store))).0, 400);
    assert_eq!(store.count("a"), 10);
}

#[test]
fn an_empty_store_has_a_snapshot_too() {
    let store = Store::new();
    let file = full_snapshot(&store);
    assert_eq!(recover(&store, &file, false), Ok(true));
    assert_eq!(store.collections(), json!([]));
}

#[test]
fn the_archive_of_a_storage_holds_what_a_server_wants() {
    let store = Store::new();
    store.create_plain("a", 0..10);
    store.alias("alias", "a");
    let files = entries_of(&full_snapshot(&store));
    let config: Value = serde_json::from_slice(&files["config.json"]).unwrap();
    assert_eq!(config["collections_aliases"], json!({ "alias": "a" }));
    let name = config["collections_mapping"]["a"].as_str().unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [name, "config.json"]);
    let (_folder, file) = write([("a.snapshot".to_owned(), files[name].clone())], "");
    assert_eq!(refusal(recover(&store, &file, true)).0, 400, "an archive without config.json");
}

#[test]
fn the_archive_of_a_server_s_storage_is_taken() {
    let old = Store::new();
    old.create_plain("a", 0..10);
    old.create_plain("b", 5..8);
    let name = |collection: &str| format!("{collection}-42-2026-11-21-10-00-00.snapshot");
    let mapping = json!({ "a": name("a"), "b": name("b") });
    let archived = |collection: &str| (name(collection), fs::read(old.snapshot(collection)).unwrap());
    for config in [
        json!({ "collections_mapping": mapping, "collections_aliases": { "alias": "b" } }),
        json!({ "collections_mapping": mapping }),
    ] {
        let config = ("config.json".to_owned(), config.to_string().into_bytes());
        let (_folder, file) = write([archived("a"), archived("b"), config.clone()], "./");
        let new = Store::new();
        assert_eq!(recover(&new, &file, false), Ok(true));
        assert_eq!((new.points("a"), new.points("b")), (old.points("a"), old.points("b")));
        // One of its archives is missing.
        let (_folder, file) = write([archived("a"), config], "");
        let (status, text) = refusal(recover(&new, &file, true));
        assert_eq!((status, text.contains("the archive of collection `b`")), (400, true), "{text}");
        assert_eq!((new.count("a"), new.count("b")), (10, 3));
    }
}
