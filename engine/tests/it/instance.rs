//! The life of an engine: starting, sharing, order, panics, closing.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use qdrant_embedded_engine::collection::Collection;
use qdrant_embedded_engine::model::{CountPoints, CreateCollection, RetrievePoints, UpsertPoints};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, DeleteCollection, Error, ListCollections, QdrantClient, QdrantInstance,
    Read, Result, Touches, Write,
};
use serde_json::{Value, json};

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn create(client: &QdrantClient, name: &str) {
    let request: CreateCollection = parse(json!({ "vectors": { "size": 2, "distance": "Dot" } }));
    let operation = CreateCollectionNamed { name: name.to_owned(), request };
    assert!(client.manage(Touches::Name(name.to_owned()), operation).await.unwrap());
}

fn point(id: u64) -> UpsertPoints {
    parse(json!({ "points": [{ "id": id, "vector": [1.0, id as f32], "payload": { "id": id } }] }))
}

async fn count(client: &QdrantClient, name: &str) -> usize {
    client.read(name, parse::<CountPoints>(json!({}))).await.unwrap().count
}

/// A read that waits for others to run at the same time.
struct Meet(Arc<Barrier>);

impl Read for Meet {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        self.0.wait();
        Ok(())
    }
}

/// An operation with a bug.
struct Panics;

impl Read for Panics {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        panic!("a bug in a read")
    }
}

impl Write for Panics {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        panic!("a bug in a write")
    }
}

/// A write that takes its time, and notes whether another one ran meanwhile.
struct Slow {
    running: Arc<AtomicUsize>,
    overlapped: Arc<AtomicBool>,
}

impl Write for Slow {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        if self.running.fetch_add(1, Ordering::SeqCst) > 0 {
            self.overlapped.store(true, Ordering::SeqCst);
        }
        thread::sleep(Duration::from_millis(5));
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_run_in_parallel() {
    let client = QdrantInstance::start(Config { search_threads: 3, ..Config::in_memory() }).unwrap();
    create(&client, "c").await;
    let barrier = Arc::new(Barrier::new(3));
    let reads = (0..3).map(|_| client.read("c", Meet(barrier.clone())));
    let met = tokio::time::timeout(Duration::from_secs(20), futures::future::join_all(reads)).await;
    assert!(met.expect("the reads wait for each other in vain").into_iter().all(|read| read.is_ok()));
}

#[tokio::test]
async fn writes_to_one_collection_never_overlap() {
    let client = QdrantInstance::start(Config { update_threads: 4, ..Config::in_memory() }).unwrap();
    create(&client, "c").await;
    let (running, overlapped) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let slow = || Slow { running: Arc::clone(&running), overlapped: overlapped.clone() };
    for result in futures::future::join_all((0..20).map(|_| client.write("c", slow()))).await {
        result.unwrap();
    }
    assert!(!overlapped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_panic_fails_its_own_call_only() {
    let client = QdrantInstance::start(Config::in_memory()).unwrap();
    create(&client, "c").await;
    let read: Result<()> = client.read::<Panics>("c", Panics).await;
    assert!(matches!(&read, Err(Error::Service(text)) if text.contains("a bug in a read")), "{read:?}");
    let write: Result<()> = client.write::<Panics>("c", Panics).await;
    assert!(matches!(&write, Err(Error::Service(text)) if text.contains("a bug in a write")), "{write:?}");
    client.write("c", point(1)).await.unwrap();
    assert_eq!(count(&client, "c").await, 1);
    client.close().await.unwrap();
}

#[tokio::test]
async fn dropping_the_last_client_flushes_and_frees_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
        if round == 0 {
            create(&client, "c").await;
        }
        client.write("c", point(round)).await.unwrap();
        drop(client);
        assert!(!folder.path().join(".lock.pid").exists());
    }
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    assert_eq!(count(&client, "c").await, 5);
}

#[tokio::test]
async fn clients_of_one_folder_share_an_engine() {
    let folder = tempfile::tempdir().unwrap();
    let first = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let second = QdrantInstance::start(Config::at(folder.path().join("."))).unwrap();
    create(&first, "c").await;
    first.close().await.unwrap();
    assert_eq!(first.inspect(Touches::All, ListCollections).await.err(), Some(Error::Closed));
    second.write("c", point(1)).await.unwrap();
    assert_eq!(count(&second, "c").await, 1);
}

#[tokio::test]
async fn a_flood_beyond_the_limit_of_calls_in_flight_is_served_in_order() {
    let client = QdrantInstance::start(Config::in_memory()).unwrap();
    create(&client, "c").await;
    let writes = (0..5000u64).map(|id| client.write("c", point(id % 7)));
    for result in futures::future::join_all(writes).await {
        result.unwrap();
    }
    assert_eq!(count(&client, "c").await, 7);
    // 4999 % 7 = 1 came last: its version is that of the last operation.
    let request: RetrievePoints = parse(json!({ "ids": [1] }));
    assert_eq!(client.read("c", request).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_collection_answers_what_was_called_before_and_nothing_after() {
    let client = QdrantInstance::start(Config::in_memory()).unwrap();
    create(&client, "c").await;
    let (running, overlapped) = (Arc::default(), Arc::default());
    let delete = DeleteCollection { name: "c".to_owned() };
    let (before, deleted, after) = futures::join!(
        client.write("c", Slow { running, overlapped }),
        client.manage(Touches::Name("c".to_owned()), delete),
        client.write("c", point(1)),
    );
    assert_eq!((before, deleted), (Ok(()), Ok(true)));
    assert_eq!(after.err(), Some(Error::collection_not_found("c")));
}

#[test]
fn a_folder_that_cannot_be_opened_fails_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("stranger"), "").unwrap();
    for _ in 0..2 {
        let error = QdrantInstance::start(Config::at(folder.path())).unwrap_err();
        assert!(error.to_string().contains("stranger"), "{error}");
    }
    std::fs::remove_file(folder.path().join("stranger")).unwrap();
    QdrantInstance::start(Config::at(folder.path())).unwrap();
}
