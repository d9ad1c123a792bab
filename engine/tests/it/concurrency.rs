//! Many callers and many collections at once.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use qdrant_embedded_engine::collection::Collection;
use qdrant_embedded_engine::model::{CountPoints, CreateCollection, QueryPoints, ScrollPoints, UpsertPoints};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, DeleteCollection, QdrantClient, QdrantInstance, Result, Touches, Write,
};
use serde_json::{Value, json};

/// Longer than any of this takes on a slow machine: whoever waits so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(120);

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn create(client: &QdrantClient, name: &str) {
    let settings = json!({
        "vectors": { "size": 2, "distance": "Dot" },
        // The optimizer has work meanwhile.
        "optimizers_config": { "indexing_threshold": 1, "flush_interval_sec": 1 },
    });
    let request: CreateCollection = parse(settings);
    let operation = CreateCollectionNamed { name: name.to_owned(), request };
    assert!(client.manage(Touches::Name(name.to_owned()), operation).await.unwrap());
}

fn point(id: u64) -> UpsertPoints {
    parse(json!({ "points": [{ "id": id, "vector": [1.0, id as f32], "payload": { "id": id } }] }))
}

async fn count(client: &QdrantClient, name: &str) -> u64 {
    client.read(name, parse::<CountPoints>(json!({}))).await.unwrap().count as u64
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("they wait for each other")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_writers_and_a_hundred_readers_of_one_collection_lose_nothing() {
    const EACH: u64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    create(&client, "c").await;
    let writer = |writer: u64| {
        let client = client.clone();
        tokio::spawn(async move {
            for id in 0..EACH {
                let id = writer * EACH + id;
                client.write("c", point(id)).await.unwrap();
                // Everybody sees what was acknowledged.
                let page = client.read("c", parse::<ScrollPoints>(json!({ "offset": id, "limit": 1 })));
                let page = serde_json::to_value(page.await.unwrap()).unwrap();
                assert_eq!(page["points"][0]["payload"], json!({ "id": id }));
            }
        })
    };
    let reader = |_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut before = 0;
            for _ in 0..EACH {
                let query = parse::<QueryPoints>(json!({ "query": [1.0, 1.0], "limit": 5 }));
                client.read("c", query).await.unwrap();
                let now = count(&client, "c").await;
                assert!(now >= before, "{before} points became {now}");
                before = now;
            }
        })
    };
    let tasks: Vec<_> = (0..100).map(writer).chain((0..100).map(reader)).collect();
    for task in in_time(futures::future::join_all(tasks)).await {
        task.unwrap();
    }
    assert_eq!(count(&client, "c").await, 100 * EACH);
    in_time(client.close()).await.unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    assert_eq!(count(&client, "c").await, 100 * EACH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_collections_at_once_are_made_written_to_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let work = |number: u64| {
        let client = client.clone();
        tokio::spawn(async move {
            let name = format!("c{number}");
            create(&client, &name).await;
            let writes = (0..=number).map(|id| client.write(&name, point(id)));
            for written in futures::future::join_all(writes).await {
                written.unwrap();
            }
            assert_eq!(count(&client, &name).await, number + 1);
        })
    };
    let tasks: Vec<_> = (0..50).map(work).collect();
    for task in in_time(futures::future::join_all(tasks)).await {
        task.unwrap();
    }
    in_time(client.close()).await.unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    for number in 0..50 {
        assert_eq!(count(&client, &format!("c{number}")).await, number + 1);
    }
}

/// A write that notes its number.
struct Noted(u64, Arc<Mutex<Vec<u64>>>);

impl Write for Noted {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        self.1.lock().push(self.0);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_that_waited_outside_are_made_in_call_order_whoever_made_room_for_them() {
    const CALLS: u64 = 20_000;
    let client = QdrantInstance::start(Config { search_threads: 4, ..Config::in_memory() }).unwrap();
    create(&client, "c").await;
    let order: Arc<Mutex<Vec<u64>>> = Arc::default();
    let mut tasks = Vec::new();
    for number in 0..CALLS {
        let (client, order) = (client.clone(), order.clone());
        let mut call = Box::pin(async move {
            // The ends of reads, on several threads, make room as well.
            match number % 3 {
                0 => client.write("c", Noted(number, order)).await,
                _ => client.read("c", parse::<CountPoints>(json!({}))).await.map(drop),
            }
        });
        // This makes the call; what follows happens anywhere.
        if futures::poll!(tokio::task::unconstrained(&mut call)).is_pending() {
            tasks.push(tokio::spawn(call));
        }
    }
    for task in in_time(futures::future::join_all(tasks)).await {
        task.unwrap().unwrap();
    }
    let order = order.lock();
    assert_eq!(order.len() as u64, CALLS.div_ceil(3));
    let swapped = order.windows(2).find(|pair| pair[0] > pair[1]);
    assert_eq!(swapped, None, "one overtook another");
}

/// A write that says that it has begun, and goes on when it is told to.
struct Held {
    begun: Sender<()>,
    go_on: Arc<Mutex<Receiver<()>>>,
}

impl Write for Held {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        self.begun.send(()).unwrap();
        let _ = self.go_on.lock().recv();
        Ok(())
    }
}

#[tokio::test]
async fn calls_beyond_those_that_fit_wait_outside_and_are_served_when_there_is_room() {
    const CALLS: u64 = 3000;
    let client = QdrantInstance::start(Config::in_memory()).unwrap();
    create(&client, "c").await;
    let ((begun, has_begun), (release, go_on)) = (channel(), channel::<()>());
    let held = client.write("c", Held { begun, go_on: Arc::new(Mutex::new(go_on)) });
    // Each is built only once it has come in, so those that were built are those that take memory inside.
    let (built, all_built) = channel();
    let calls = (0..CALLS).map(|id| {
        let built = built.clone();
        client.write_with("c", None, move || {
            built.send(id).unwrap();
            Ok(point(id % 100))
        })
    });
    let calls = futures::future::join_all(calls);
    let mut everything = std::pin::pin!(futures::future::join(held, calls));
    assert!(futures::poll!(&mut everything).is_pending());
    thread::spawn(move || has_begun.recv()).join().unwrap().unwrap();
    assert!(futures::poll!(&mut everything).is_pending());
    assert!(all_built.try_recv().is_err(), "something overtook the write that is held");
    drop(release);
    let (held, calls) = in_time(everything).await;
    held.unwrap();
    assert!(calls.into_iter().all(|call| call.is_ok()));
    assert!(all_built.try_iter().eq(0..CALLS), "they were not served in call order");
    assert_eq!(count(&client, "c").await, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_see_the_changes_of_the_table_of_content_that_were_called_before() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let name = || Touches::Name("c".to_owned());
    let read = || client.read("c", parse::<CountPoints>(json!({})));
    for _ in 0..20 {
        // The read is called before the change is answered.
        let ((), found) = in_time(async { futures::join!(create(&client, "c"), read()) }).await;
        assert_eq!(found.unwrap().count, 0);
        let delete = client.manage(name(), DeleteCollection { name: "c".to_owned() });
        let (deleted, gone) = in_time(async { futures::join!(delete, read()) }).await;
        assert!(deleted.unwrap());
        assert_eq!(gone.unwrap_err().status(), 404);
    }
}
