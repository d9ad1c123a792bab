//! Calls that have to be done in a certain time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::Collection;
use qdrant_embedded_engine::model::{CreateCollection, UpdateResult, UpdateStatus};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, QdrantClient, QdrantInstance, Read, Result, Touches, Write,
};

const SLOW: Duration = Duration::from_secs(2);
const SHORT: Duration = Duration::from_millis(50);

/// An operation that takes its time, and notes that it was done.
struct Slow(Arc<AtomicBool>);

impl Slow {
    fn work(&self) {
        sleep(SLOW);
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Read for Slow {
    type Output = ();

    fn execute(self, _: &Collection) -> Result<()> {
        self.work();
        Ok(())
    }
}

impl Write for Slow {
    type Output = UpdateResult;

    fn execute(self, _: &Collection) -> Result<UpdateResult> {
        self.work();
        Ok(UpdateResult { operation_id: Some(0), status: UpdateStatus::Completed })
    }
}

async fn client(search_threads: usize) -> Arc<QdrantClient> {
    let client = QdrantInstance::start(Config { search_threads, ..Config::in_memory() }).unwrap();
    let create = CreateCollectionNamed { name: "c".to_owned(), request: CreateCollection::default() };
    client.manage(Touches::Name("c".to_owned()), create).await.unwrap();
    client
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_given_up_at_once() {
    let client = client(1).await;
    let (first, second) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (reads, started) = ([Slow(first.clone()), Slow(second.clone())], Instant::now());
    for read in reads {
        let error = client.read_with("c", Some(SHORT), || Ok(read)).await.unwrap_err();
        assert_eq!(
            (error.status(), error.to_string().contains("timed out after 50ms")),
            (408, true),
            "{error}"
        );
    }
    assert!(started.elapsed() < SLOW);
    client.close().await.unwrap();
    assert!(first.load(Ordering::SeqCst), "what had begun was finished");
    assert!(!second.load(Ordering::SeqCst), "what had not was left out");
}

#[tokio::test]
async fn a_write_that_is_not_waited_for_is_made_all_the_same() {
    let client = client(1).await;
    let done = Arc::new(AtomicBool::new(false));
    let write = Slow(done.clone());
    let result = client.write_with("c", Some(SHORT), || Ok(write)).await.unwrap();
    assert_eq!(result, UpdateResult { operation_id: None, status: UpdateStatus::WaitTimeout });
    assert!(!done.load(Ordering::SeqCst));
    client.close().await.unwrap();
    assert!(done.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_call_that_is_done_in_time_has_its_answer() {
    let client = client(2).await;
    let read = Slow(Arc::default());
    assert_eq!(client.read_with("c", Some(Duration::from_secs(60)), || Ok(read)).await, Ok(()));
}
