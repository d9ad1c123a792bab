//! Closing amid work, and when the disk refuses.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CountPoints, CreateCollection, GetOptimizations, RetrievePoints, UpsertPoints,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, CreateSnapshot, Error, ListCollections, QdrantClient, QdrantInstance,
    SnapshotScope, Touches,
};
use serde_json::{Value, json};

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn create(client: &QdrantClient, settings: Value) {
    let request: CreateCollection = parse(settings);
    let operation = CreateCollectionNamed { name: "c".to_owned(), request };
    assert!(client.manage(Touches::Name("c".to_owned()), operation).await.unwrap());
}

fn points(ids: std::ops::Range<u64>) -> UpsertPoints {
    let vector = |id: u64| (0..32).map(|i| ((id * 31 + i * 7) % 97) as f32).collect::<Vec<_>>();
    let point = |id| json!({ "id": id, "vector": vector(id), "payload": { "id": id } });
    parse(json!({ "points": ids.map(point).collect::<Vec<_>>() }))
}

async fn count(client: &QdrantClient) -> usize {
    client.read("c", parse::<CountPoints>(json!({}))).await.unwrap().count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_before_a_close_amid_indexing_snapshots_and_a_flood_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let settings = json!({
        "vectors": { "size": 32, "distance": "Dot" },
        "optimizers_config": { "indexing_threshold": 1 },
    });
    create(&client, settings).await;
    client.write("c", points(0..4000)).await.unwrap();
    // The optimizer starts when the writes pause.
    tokio::time::sleep(Duration::from_millis(520)).await;
    let snapshot = |client: Arc<QdrantClient>| async move {
        let scope = SnapshotScope::Collection("c".to_owned());
        client.transfer(Touches::Name("c".to_owned()), CreateSnapshot(scope)).await.map(drop)
    };
    let snapshot = tokio::spawn(snapshot(client.clone()));
    let writer = |writer: u64| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for id in (0..).map(|number| 10_000 + number * 20 + writer) {
                match client.write("c", points(id..id + 1)).await {
                    Ok(_) => acknowledged.push(id),
                    Err(error) => return (acknowledged, error),
                }
            }
            unreachable!()
        })
    };
    let writers: Vec<_> = (0..20).map(writer).collect();
    while count(&client).await < 4200 {}
    client.close().await.unwrap();
    let mut acknowledged = Vec::new();
    for writer in writers {
        let (ids, refusal) = writer.await.unwrap();
        assert_eq!(refusal, Error::Closed);
        acknowledged.extend(ids);
    }
    // It was called before, or after.
    let snapshot = snapshot.await.unwrap();
    assert!(matches!(snapshot, Ok(()) | Err(Error::Closed)), "{snapshot:?}");
    assert_eq!(client.inspect(Touches::All, ListCollections).await.err(), Some(Error::Closed));
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    assert!(acknowledged.len() >= 200);
    assert_eq!(count(&client).await, 4000 + acknowledged.len());
    let kept = client.read("c", parse::<RetrievePoints>(json!({ "ids": acknowledged }))).await.unwrap();
    assert_eq!(kept.len(), acknowledged.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_close_may_leave_an_optimization_to_itself_which_keeps_the_folder_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let settings = json!({
        "vectors": { "size": 32, "distance": "Dot" },
        "hnsw_config": { "ef_construct": 2000 }, // takes seconds
        "optimizers_config": { "indexing_threshold": 1 },
    });
    create(&client, settings).await;
    client.write("c", points(0..6000)).await.unwrap();
    while client.read("c", parse::<GetOptimizations>(json!({}))).await.unwrap().running.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.close_within(Duration::ZERO).await.unwrap();
    assert_eq!(client.write("c", points(0..1)).await.err(), Some(Error::Closed));
    let lock = fs::File::open(folder.path().join(".lock")).unwrap();
    assert!(lock.try_lock().is_err(), "the optimization was waited for, or the folder was let go of");

    // The next engine waits for its end, but nobody has to wait for that engine.
    let waiting = QdrantInstance::launch(Config::at(folder.path())).unwrap();
    waiting.close_within(Duration::from_millis(50)).await.unwrap();
    drop(waiting);
    assert!(lock.try_lock().is_err());

    // Who waits finds what it made.
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    assert_eq!(count(&client).await, 6000);
    let info = client.read("c", GetCollection {}).await.unwrap();
    assert_eq!(info.indexed_vectors_count, 6000);
    client.close().await.unwrap();
    lock.try_lock().unwrap();
}

#[tokio::test]
#[cfg(unix)] // elsewhere an open folder cannot be moved
async fn a_close_that_cannot_flush_says_so_and_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    create(&client, json!({ "vectors": { "size": 32, "distance": "Dot" } })).await;
    client.write("c", points(0..10)).await.unwrap();
    let segments = folder.path().join("collections/c/0/segments");
    let aside = folder.path().join("aside");
    fs::rename(&segments, &aside).unwrap();
    for _ in 0..2 {
        let refusal = client.close().await.unwrap_err();
        assert_ne!(refusal, Error::Closed);
        assert!(refusal.status() >= 500, "{refusal}");
        assert_eq!(count(&client).await, 10, "it is not open any more");
    }
    client.write("c", points(10..20)).await.unwrap();
    fs::rename(&aside, &segments).unwrap();
    client.close().await.unwrap();
    assert_eq!(client.write("c", points(0..1)).await.err(), Some(Error::Closed));
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    assert_eq!(count(&client).await, 20);
}
