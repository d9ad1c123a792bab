//! Snapshots of a collection that is in use.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use qdrant_embedded_engine::model::{CountPoints, SnapshotSource, UpdateResult, UpsertPoints};
use qdrant_embedded_engine::{CreateSnapshot, RecoverSnapshot, Touches};
use serde_json::json;

use super::{Store, of};

#[test]
fn a_snapshot_is_of_one_moment_while_reads_and_writes_go_on() {
    let store = Store::new();
    store.create(
        "c",
        json!({
            "vectors": { "size": 2, "distance": "Dot" }, "optimizers_config": { "indexing_threshold": 1 },
        }),
    );
    let stop = AtomicBool::new(false);
    let writer = |writer: u64| {
        let (client, stop) = (store.client.clone(), &stop);
        async move {
            let mut written = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let id = writer * 1_000_000 + number;
                let points =
                    json!({ "points": [{ "id": id, "vector": [id as f32, 1.0], "payload": { "n": id } }] });
                let request: UpsertPoints = serde_json::from_value(points).unwrap();
                let UpdateResult { operation_id, .. } = client.write("c", request).await.unwrap();
                written.push((operation_id.unwrap(), id));
                if number % 10 == 0 {
                    client
                        .read("c", serde_json::from_value::<CountPoints>(json!({})).unwrap())
                        .await
                        .unwrap();
                }
            }
            written
        }
    };
    let snapshots = async {
        let mut taken = Vec::new();
        for _ in 0..4 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let before = store.client.read("c", serde_json::from_value::<CountPoints>(json!({})).unwrap());
            let before = before.await.unwrap().count;
            let scope = of("c");
            let description = store.client.transfer(scope.touches(), CreateSnapshot(scope)).await.unwrap();
            taken.push((description.name, before));
        }
        stop.store(true, Ordering::Relaxed);
        taken
    };
    let (written, taken) = store.runtime.block_on(async {
        let writers = futures::future::join_all((0..4).map(writer));
        futures::join!(writers, snapshots)
    });
    let by_operation: BTreeMap<_, _> = written.into_iter().flatten().collect();
    for (name, before) in taken {
        let file = store.path().join("snapshots/c").join(name);
        store.recover("copy", &file).unwrap();
        let mut ids = store.ids("copy");
        assert!(ids.len() as u64 >= before as u64, "what was written before is there");
        let mut expected: Vec<_> = by_operation.values().copied().take(ids.len()).collect();
        expected.sort();
        ids.sort();
        assert_eq!(ids, expected, "it holds the first operations, and no other");
        store.delete("copy", &ids[..1]);
        assert_eq!(store.count("copy"), ids.len() as u64 - 1);
    }
}

#[test]
fn no_read_and_no_write_fails_while_a_collection_is_recovered() {
    let store = Store::new();
    store.create_plain("c", 0..50);
    let file = store.snapshot("c");
    let stop = AtomicBool::new(false);
    let user = |user: u64| {
        let (client, stop) = (store.client.clone(), &stop);
        async move {
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let reads = (0..20)
                    .map(|_| client.read("c", serde_json::from_value::<CountPoints>(json!({})).unwrap()));
                let mut counts = futures::future::join_all(reads).await.into_iter();
                assert!(counts.all(|count| count.unwrap().count >= 50));
                let id = 1000 * user + number;
                let points = json!({ "points": [{ "id": id, "vector": [1.0, 1.0] }] });
                client.write("c", serde_json::from_value::<UpsertPoints>(points).unwrap()).await.unwrap();
            }
        }
    };
    let recoveries = async {
        for _ in 0..8 {
            let source = SnapshotSource::at(file.to_str().unwrap());
            let recover = RecoverSnapshot { collection: "c".to_owned(), shard: None, source };
            store.client.take_in(Touches::Name("c".to_owned()), || Ok(recover)).await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    };
    store.runtime.block_on(async {
        let users = futures::future::join_all((1..5).map(user));
        futures::join!(users, recoveries)
    });
    assert_eq!(store.recover("c", &file), Ok(true));
    assert_eq!(store.count("c"), 50);
}

#[test]
fn snapshots_of_several_collections_are_made_at_once() {
    let store = Store::new();
    for name in ["a", "b", "c"] {
        store.create_plain(name, 0..50);
    }
    let create = |name: &'static str| {
        let scope = of(name);
        store.client.transfer(scope.touches(), CreateSnapshot(scope))
    };
    let all = ["a", "a", "b", "c", "c", "c"].map(create);
    let outcomes = store.runtime.block_on(futures::future::join_all(all));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(["a", "b", "c"].map(|name| store.list(of(name)).unwrap().len()), [2, 1, 3]);
    let store = store.reopened(|_| {});
    assert_eq!(store.count("c"), 50);
}

#[test]
fn log_files_that_are_being_made_are_no_part_of_a_snapshot() {
    let store = Store::new();
    store.create_plain("c", 0..10);
    // As the engine makes them, beside everything, at moments that nobody can tell.
    let log = store.path().join("collections/c/0/wal");
    std::fs::create_dir(log.join(".atomicwriteXyz")).unwrap();
    std::fs::write(log.join("tmp-open-9"), [0; 100]).unwrap();
    let file = store.snapshot("c");
    assert_eq!(store.recover("copy", &file), Ok(true));
    assert_eq!(store.points("copy"), store.points("c"));
    let copied = std::fs::read_dir(store.path().join("collections/copy/0/wal")).unwrap();
    let mut names = copied.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| name == "first-index" || name.starts_with("open-")));
}
