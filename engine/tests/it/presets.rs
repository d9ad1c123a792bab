//! What a preset decides, and what it leaves alone.

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::{Config, Location, Preset};
use serde_json::{Value, json};

use crate::common::Store;

fn info(store: &Store) -> Value {
    store.read::<GetCollection>(json!({})).unwrap()
}

fn settings(hnsw_config: Value) -> Value {
    json!({ "vectors": { "size": 2, "distance": "Dot" }, "hnsw_config": hnsw_config })
}

fn in_memory(preset: Preset) -> Config {
    Config::new(Location::Memory, preset)
}

fn full_scan_threshold(store: &Store) -> Value {
    info(store)["config"]["hnsw_config"]["full_scan_threshold"].clone()
}

#[test]
fn a_new_collection_tells_of_the_threshold_that_its_preset_gave_it() {
    for (preset, threshold) in [(Preset::Desktop, 2_000), (Preset::Server, 10_000)] {
        let store = Store::with_config(in_memory(preset), settings(Value::Null));
        assert_eq!(full_scan_threshold(&store), threshold, "{preset:?}");
        let store = Store::with_config(in_memory(preset), settings(json!({ "full_scan_threshold": 77 })));
        assert_eq!(full_scan_threshold(&store), 77, "{preset:?}");
    }
}

#[test]
fn a_folder_opens_with_any_preset_and_keeps_what_it_tells_of_its_collections() {
    let folder = tempfile::tempdir().unwrap();
    let config = |preset| Config::new(Location::Path(folder.path().to_owned()), preset);
    let store = Store::with_config(config(Preset::Server), settings(Value::Null));
    let points = json!([{ "id": 1, "vector": [1, 2] }, { "id": 2, "vector": [2, 1] }]);
    store.upsert(points);
    let told = info(&store);
    store.close().unwrap();
    for preset in [Preset::Desktop, Preset::Server, Preset::Desktop] {
        let store = Store::start(config(preset));
        assert_eq!(info(&store), told, "{preset:?}");
        assert_eq!(store.count(), 2, "{preset:?}");
        store.close().unwrap();
    }
}

#[test]
fn what_a_caller_gives_beside_a_preset_counts() {
    let server = in_memory(Preset::Server);
    assert!(server.update_threads >= in_memory(Preset::Desktop).update_threads);
    let config = Config { update_threads: 3, ..server };
    assert_eq!((config.update_threads, config.preset), (3, Preset::Server));
}
