//! Replacing a collection by an empty one.

use qdrant_embedded_engine::model::ChangeAliases;
use qdrant_embedded_engine::{ListAliases, RecreateCollection, UpdateAliases};

use super::*;

fn recreate(store: &Store, name: &str, settings: Value) -> Result<bool> {
    let operation = RecreateCollection { name: name.to_owned(), request: parse(settings)? };
    store.runtime.block_on(store.client.manage(Touches::Name(name.to_owned()), operation))
}

fn add_alias(store: &Store, alias: &str) {
    let actions =
        json!({ "actions": [{ "create_alias": { "collection_name": NAME, "alias_name": alias } }] });
    let operation = UpdateAliases(parse::<ChangeAliases>(actions).unwrap());
    store.runtime.block_on(store.client.manage(Touches::All, operation)).unwrap();
}

fn old() -> Value {
    json!({ "vectors": { "size": 2, "distance": "Dot" } })
}

fn new() -> Value {
    json!({ "vectors": { "size": 3, "distance": "Cosine" }, "metadata": { "new": true } })
}

#[test]
fn a_recreated_collection_is_new_and_empty() {
    let folder = folder();
    let store = Store::create(folder.path(), old());
    add_alias(&store, "a");
    store.upsert(json!([{ "id": 1, "vector": [1, 2] }])).unwrap();
    assert_eq!(recreate(&store, NAME, new()), Ok(true));
    assert_eq!((store.count(), store.config()["metadata"].clone()), (0, json!({ "new": true })));
    let aliases = store.runtime.block_on(store.client.inspect(Touches::All, ListAliases::default())).unwrap();
    assert_eq!(aliases.aliases, []);
    assert_eq!(store.upsert(json!([{ "id": 1, "vector": [1, 2, 3] }])).unwrap()["operation_id"], 0);
    store.close();
    let store = Store::open(folder.path());
    assert_eq!((store.count(), store.config()["metadata"].clone()), (1, json!({ "new": true })));
    assert_eq!(recreate(&store, "other", old()), Ok(true));
    store.close();
}

#[test]
fn when_the_new_one_is_refused_the_old_one_stays() {
    let folder = folder();
    let store = Store::create(folder.path(), old());
    add_alias(&store, "a");
    store.upsert(json!([{ "id": 1, "vector": [1, 2] }])).unwrap();
    assert_eq!(
        refusal(recreate(&store, NAME, json!({ "vectors": { "size": 0, "distance": "Dot" } }))).0,
        422
    );
    assert_eq!(
        refusal(recreate(&store, NAME, json!({ "vectors": { "a/b": { "size": 1, "distance": "Dot" } } }))).0,
        400
    );
    let clash = "Wrong input: Can't create collection with name a. Alias with the same name already exists";
    assert_eq!(refusal(recreate(&store, "a", new())), (400, clash.to_owned()));
    assert_eq!(store.count(), 1);
    store.close();
    let store = Store::open(folder.path());
    assert_eq!(store.count(), 1);
    store.close();
}

#[test]
fn a_crash_leaves_the_old_or_the_new_one() {
    let folder = folder();
    let store = Store::create(folder.path(), old());
    store.upsert(json!([{ "id": 1, "vector": [1, 2] }])).unwrap();
    store.close();
    let other = self::folder();
    let successor = Store::create(other.path(), new());
    successor.close();
    let collection = folder.path().join("collections").join(NAME);
    let staged = folder.path().join(".staged").join(NAME);
    let files_of_successor = other.path().join("collections").join(NAME);

    // While it was being made.
    for marker in [false, true] {
        if marker {
            copy_tree(&files_of_successor, &staged);
            fs::write(staged.join(".creating"), "").unwrap();
        } else {
            fs::create_dir_all(&staged).unwrap();
        }
        let store = Store::open(folder.path());
        assert_eq!(store.count(), 1);
        store.close();
        assert!(!staged.exists());
    }
    // Before the old one was taken away, and after.
    for is_old_there in [true, false] {
        copy_tree(&files_of_successor, &staged);
        if !is_old_there {
            fs::remove_dir_all(&collection).unwrap();
        }
        let store = Store::open(folder.path());
        assert_eq!((store.count(), store.config()["metadata"].clone()), (0, json!({ "new": true })));
        store.close();
        assert!(!staged.exists());
    }
}
