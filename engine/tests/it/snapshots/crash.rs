//! What a crash leaves is finished or removed when the store is opened.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Store, of};

#[test]
fn what_was_being_made_is_removed() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let kept = store.create_snapshot(of("c"));
    let store = store.reopened(|root| {
        fs::create_dir_all(root.join(".work/one/copy/segments")).unwrap();
        fs::write(root.join(".work/one/archive"), "half").unwrap();
        fs::write(root.join("snapshots/c/c-1-2026-01-01-00-00-00.snapshot.checksum"), "half").unwrap();
        fs::create_dir(root.join(".staged/c")).unwrap();
        fs::write(root.join("aliases/prepared.json"), r#"{ "a": "c" }"#).unwrap();
    });
    assert_eq!(store.work(), [""; 0]);
    assert_eq!(store.list(of("c")).unwrap(), [kept]);
    assert_eq!(fs::read_dir(store.path().join("snapshots/c")).unwrap().count(), 2);
    assert!(!store.path().join("aliases/prepared.json").exists());
    assert_eq!(store.collections(), json!(["c"]));
    assert_eq!(store.count("c"), 3);
    assert!(store.read::<qdrant_embedded_engine::model::CountPoints>("a", json!({})).is_err());
}

/// Two stores: one in which `c` has 3 points and `d` none, and a folder with their successors.
fn successors(names: &[&str], store: &Store) -> tempfile::TempDir {
    let made = Store::new();
    for name in names {
        made.create_plain(name, 0..10);
    }
    let copy = tempfile::tempdir_in(store.path().parent().unwrap()).unwrap();
    let made = made.reopened(|root| {
        for name in names {
            copy_tree(&root.join("collections").join(name), &copy.path().join(name));
        }
    });
    drop(made);
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

#[test]
fn what_was_ready_takes_its_place_wherever_the_crash_came() {
    // How many of the two had taken their places, and whether the old one of the next was out already.
    for (done, is_old_out) in [(0, false), (0, true), (1, false), (1, true)] {
        let store = Store::new();
        store.create_plain("c", 0..3);
        store.create_plain("d", []);
        let ready = successors(&["c", "d"], &store);
        let store = store.reopened(|root| {
            fs::write(root.join("aliases/prepared.json"), r#"{ "a": "d" }"#).unwrap();
            fs::remove_dir(root.join(".staged")).unwrap();
            fs::rename(ready.path(), root.join(".staged")).unwrap();
            let names = ["c", "d"];
            for name in &names[..done] {
                fs::remove_dir_all(root.join("collections").join(name)).unwrap();
                fs::rename(root.join(".staged").join(name), root.join("collections").join(name)).unwrap();
            }
            if is_old_out {
                fs::rename(root.join("collections").join(names[done]), root.join(".removed/old")).unwrap();
            }
        });
        assert_eq!((store.count("c"), store.count("d"), store.count("a")), (10, 10, 10));
        assert_eq!(store.collections(), json!(["c", "d"]));
        store.delete("d", &[0]);
        assert_eq!(store.count("d"), 9);
        assert_eq!(store.work(), [""; 0]);
    }
}

#[test]
fn a_damaged_collection_is_recovered_from_its_snapshot() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let file = store.snapshot("c");
    for damage in ["0/segments", "config.json", "0"] {
        let store = Store::new();
        store.create_plain("c", 0..1);
        let store = store.reopened(|root| {
            let path = root.join("collections/c").join(damage);
            if path.is_dir() { fs::remove_dir_all(&path).unwrap() } else { fs::write(&path, "{").unwrap() }
        });
        assert!(store.read::<qdrant_embedded_engine::model::CountPoints>("c", json!({})).is_err());
        assert_eq!(store.recover("c", &file), Ok(true), "{damage}");
        assert_eq!(store.count("c"), 3);
        let store = store.reopened(|_| {});
        assert_eq!(store.count("c"), 3);
    }
}
