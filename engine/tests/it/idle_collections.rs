//! Collections whose files are open only while somebody uses them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CountPoints, CreateCollection, FullSnapshotSource, GetOptimizations, RetrievePoints, SnapshotSource,
    UpdateCollection, UpsertPoints,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, CreateSnapshot, DeleteCollection, ListCollections, Manage, QdrantClient,
    QdrantInstance, Read, RecoverFullSnapshot, RecoverSnapshot, RecreateCollection, Result, SnapshotScope,
    Touches, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Shorter than the pauses of any test.
const SHORT: Duration = Duration::from_millis(20);

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

struct Store {
    client: Arc<QdrantClient>,
    runtime: Runtime,
    folder: PathBuf,
}

impl Store {
    fn open(folder: &Path, idle_timeout: Duration) -> Self {
        let client = QdrantInstance::start(Config { idle_timeout, ..Config::at(folder) }).unwrap();
        Self { client, runtime: Runtime::new().unwrap(), folder: folder.to_owned() }
    }

    /// A folder with collections of one point each.
    fn create(folder: &Path, names: &[&str], idle_timeout: Duration) -> Self {
        let store = Self::open(folder, idle_timeout);
        for name in names {
            store.create_collection(name, plain());
            store.upsert(name, 1);
        }
        store
    }

    fn reopened(self, idle_timeout: Duration) -> Self {
        let folder = self.folder.clone();
        self.close();
        Self::open(&folder, idle_timeout)
    }

    /// Opened anew once no collection has anything left to do.
    fn settled(self, idle_timeout: Duration) -> Self {
        for name in self.names().as_array().unwrap() {
            self.wait_until_closed(name.as_str().unwrap());
        }
        self.reopened(idle_timeout)
    }

    fn create_collection(&self, name: &str, settings: Value) {
        let request = parse::<CreateCollection>(settings);
        self.manage(CreateCollectionNamed { name: name.to_owned(), request }).unwrap();
    }

    fn manage<M: Manage>(&self, operation: M) -> Result<M::Output> {
        self.runtime.block_on(self.client.manage(Touches::All, operation))
    }

    fn read<R: Read + DeserializeOwned>(&self, name: &str, request: Value) -> Result<Value>
    where
        R::Output: Serialize,
    {
        let output = self.runtime.block_on(self.client.read(name, parse::<R>(request)))?;
        Ok(serde_json::to_value(output).unwrap())
    }

    fn write<W: Write + DeserializeOwned>(&self, name: &str, request: Value) -> Result<Value>
    where
        W::Output: Serialize,
    {
        let output = self.runtime.block_on(self.client.write(name, parse::<W>(request)))?;
        Ok(serde_json::to_value(output).unwrap())
    }

    /// The number of the operation.
    fn upsert(&self, name: &str, id: u64) -> u64 {
        let result = self.write::<UpsertPoints>(name, json!({ "points": [point(id)] })).unwrap();
        result["operation_id"].as_u64().unwrap()
    }

    fn count(&self, name: &str) -> u64 {
        self.read::<CountPoints>(name, json!({})).unwrap()["count"].as_u64().unwrap()
    }

    fn info(&self, name: &str) -> Value {
        self.read::<GetCollection>(name, json!({})).unwrap()
    }

    fn names(&self) -> Value {
        let list = self.runtime.block_on(self.client.inspect(Touches::All, ListCollections)).unwrap();
        list.collections.into_iter().map(|collection| json!(collection.name)).collect()
    }

    fn take_in<T>(&self, operation: T) -> Result<bool>
    where
        T: qdrant_embedded_engine::Transfer + 'static,
        T::Output: Manage<Output = bool>,
    {
        self.runtime.block_on(self.client.take_in(Touches::All, || Ok(operation)))
    }

    /// Makes a snapshot; returns its file.
    fn snapshot(&self, scope: SnapshotScope) -> PathBuf {
        let snapshots = self.folder.join("snapshots");
        let folder = match &scope {
            SnapshotScope::Collection(name) => snapshots.join(name),
            SnapshotScope::Storage | SnapshotScope::Shard { .. } => snapshots,
        };
        let snapshot = self.client.transfer(scope.touches(), CreateSnapshot(scope));
        folder.join(self.runtime.block_on(snapshot).unwrap().name)
    }

    fn path(&self, name: &str, file: &str) -> PathBuf {
        self.folder.join("collections").join(name).join(file)
    }

    /// Whether the files of a collection are open: the engine's lock on its log tells.
    fn is_open(&self, name: &str) -> bool {
        // Windows lets go of a lock later than of its file, and knows none of folders.
        let lock = if cfg!(windows) { self.path(name, "0/wal/.wal") } else { self.path(name, "0/wal") };
        File::open(lock).unwrap().try_lock().is_err()
    }

    fn wait_until_closed(&self, name: &str) {
        wait_for(&format!("{name} is closed"), || !self.is_open(name));
    }

    fn close(self) {
        self.runtime.block_on(self.client.close()).unwrap();
    }
}

fn wait_for(what: &str, is_reached: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_reached() {
        assert!(Instant::now() < deadline, "not reached: {what}");
        sleep(Duration::from_millis(5));
    }
}

fn plain() -> Value {
    json!({ "vectors": { "size": 2, "distance": "Dot" } })
}

fn point(id: u64) -> Value {
    json!({ "id": id, "vector": [1.0, id as f32], "payload": { "id": id } })
}

fn parse<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_collection_that_nobody_asks_for_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["a", "b", "c"], SHORT).settled(LONG);
    assert_eq!(store.names(), json!(["a", "b", "c"]));
    assert_eq!(store.count("b"), 1);
    let open = ["a", "b", "c"].map(|name| store.is_open(name));
    assert_eq!(open, [false, true, false]);
    assert!(store.manage(DeleteCollection { name: "a".to_owned() }).unwrap());
    store.runtime.block_on(store.client.flush()).unwrap();
    assert!(!store.is_open("c"));
    assert_eq!(store.names(), json!(["b", "c"]));
    assert_eq!(store.upsert("c", 2), 1);
    assert!(store.is_open("c"));
    store.close();
}

#[test]
fn an_idle_collection_closes_its_files_and_the_next_call_sees_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["c"], SHORT);
    for id in 2..8 {
        store.wait_until_closed("c");
        assert_eq!(store.upsert("c", id), id - 1, "operations are counted on");
        store.wait_until_closed("c");
        assert_eq!(store.count("c"), id);
    }
    let store = store.reopened(SHORT);
    assert_eq!(store.count("c"), 7);
    store.close();
}

#[test]
fn what_a_collection_has_beside_its_files_outlasts_their_closing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), SHORT);
    let settings = json!({
        "vectors": { "size": 2, "distance": "Dot" },
        "optimizers_config": { "indexing_threshold": 1 },
        "strict_mode_config": { "enabled": true, "write_rate_limit": 1 },
    });
    store.create_collection("c", settings);
    let started = Instant::now();
    let points: Value = (0..2000).map(point).collect();
    store.write::<UpsertPoints>("c", json!({ "points": points })).unwrap();
    let runs =
        || store.read::<GetOptimizations>("c", json!({ "with": "completed" })).unwrap()["completed"].take();
    wait_for("optimized", || store.info("c")["status"] == "green" && runs() != json!([]));
    let before = (runs(), store.info("c"));
    store.wait_until_closed("c");
    assert_eq!((runs(), store.info("c")), before);
    store.wait_until_closed("c");
    let refused = store.write::<UpsertPoints>("c", json!({ "points": [point(1)] }));
    // The next one is allowed a minute after the first.
    if started.elapsed() < Duration::from_secs(50) {
        assert_eq!(refused.unwrap_err().status(), 429);
    }
    store.close();
}

/// Writers and readers with pauses about as long as the idle timeout, so that the files are closed again and
/// again.
fn race(client: &Arc<QdrantClient>, runtime: &Runtime) {
    const WRITERS: u64 = 4;
    const WRITES: u64 = 40;
    let request = parse::<CreateCollection>(plain());
    let create = CreateCollectionNamed { name: "c".to_owned(), request };
    runtime.block_on(client.manage(Touches::All, create)).unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for writer in 0..WRITERS {
            let client = client.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..WRITES {
                    let id = writer * WRITES + n;
                    client.write("c", parse::<UpsertPoints>(json!({ "points": [point(id)] }))).await.unwrap();
                    if writer == 0 && n % 10 == 5 {
                        let settings =
                            json!({ "optimizers_config": { "vacuum_min_vector_number": 1000 + n } });
                        client.reconfigure("c", parse::<UpdateCollection>(settings)).await.unwrap();
                    }
                    tokio::time::sleep(Duration::from_millis((id * 7) % 13)).await;
                    let read = client.read("c", parse::<RetrievePoints>(json!({ "ids": [id] })));
                    assert_eq!(read.await.unwrap().len(), 1, "an acknowledged point is gone");
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let count = client.read("c", parse::<CountPoints>(json!({}))).await.unwrap().count;
        assert_eq!(count as u64, WRITERS * WRITES);
        let last = client.write("c", parse::<UpsertPoints>(json!({ "points": [point(0)] }))).await.unwrap();
        let last = serde_json::to_value(last).unwrap()["operation_id"].take();
        assert_eq!(last, WRITERS * WRITES, "each write had a number of its own");
    });
}

#[test]
fn writes_and_reads_that_race_with_the_closing_of_idle_files_are_all_answered_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let idle_timeout = Duration::from_millis(1);
    let store = Store::open(folder.path(), idle_timeout);
    race(&store.client, &store.runtime);
    let store = store.reopened(idle_timeout);
    assert_eq!(store.count("c"), 160);
    store.close();

    let memory = QdrantInstance::start(Config { idle_timeout, ..Config::in_memory() }).unwrap();
    race(&memory, &Runtime::new().unwrap());
}

#[test]
fn many_callers_of_a_closed_collection_share_one_opening() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["c"], SHORT).settled(LONG);
    let counts = store.runtime.block_on(async {
        let reads = (0..300).map(|_| {
            let client = store.client.clone();
            tokio::spawn(
                async move { client.read("c", parse::<CountPoints>(json!({}))).await.unwrap().count },
            )
        });
        let mut counts = Vec::new();
        for read in reads.collect::<Vec<_>>() {
            counts.push(read.await.unwrap());
        }
        counts
    });
    assert_eq!(counts, [1; 300]);
    store.close();
}

#[test]
fn a_damaged_collection_is_found_when_it_is_opened_and_does_not_matter_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["deleted", "good", "recovered", "recreated"];
    let store = Store::create(folder.path(), &names, SHORT);
    let snapshot = store.snapshot(SnapshotScope::Collection("recovered".to_owned()));
    store.close();
    for name in names.iter().filter(|name| **name != "good") {
        let config = folder.path().join("collections").join(name).join("config.json");
        fs::write(config, "{").unwrap();
    }
    let store = Store::open(folder.path(), SHORT);
    assert_eq!(store.names(), json!(names));
    assert_eq!(store.count("good"), 1);
    for name in ["recovered", "recreated"] {
        let info = store.info(name);
        let reason = info["optimizer_status"]["error"].as_str().unwrap();
        assert_eq!(info["status"], "red");
        assert!(reason.contains(store.path(name, "config.json").to_str().unwrap()), "{reason}");
        assert_eq!(store.read::<CountPoints>(name, json!({})).unwrap_err().status(), 500);
        let refused = store.write::<UpsertPoints>(name, json!({ "points": [point(2)] }));
        assert_eq!(refused.unwrap_err().to_string(), reason);
    }
    assert!(store.manage(DeleteCollection { name: "deleted".to_owned() }).unwrap());
    let request = parse::<CreateCollection>(plain());
    assert!(store.manage(RecreateCollection { name: "recreated".to_owned(), request }).unwrap());
    let recover = |name: &str| RecoverSnapshot {
        collection: name.to_owned(),
        shard: None,
        source: SnapshotSource::at(snapshot.to_str().unwrap()),
    };
    assert_eq!(store.take_in(recover("recovered")), Ok(true));
    store.wait_until_closed("good");
    store.upsert("good", 2);
    store.wait_until_closed("good");
    assert_eq!(store.take_in(recover("good")), Ok(true), "into a collection that is closed");
    let counts = ["good", "recovered", "recreated"].map(|name| store.count(name));
    assert_eq!(counts, [1, 1, 0]);
    assert_eq!(store.info("recovered")["status"], "green");
    store.close();
}

#[test]
fn a_collection_that_cannot_be_opened_again_for_a_while_goes_on_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["c"], SHORT);
    store.wait_until_closed("c");
    let (config, aside) = (store.path("c", "config.json"), store.path("c", "aside.json"));
    fs::rename(&config, &aside).unwrap();
    assert_eq!(store.info("c")["status"], "red");
    let refused = store.write::<UpsertPoints>("c", json!({ "points": [point(2)] }));
    assert_eq!(refused.unwrap_err().status(), 500);
    fs::rename(&aside, &config).unwrap();
    assert_eq!(store.upsert("c", 2), 1);
    assert_eq!(store.count("c"), 2);
    store.close();
}

/// Memory of this process that mapped files below a folder take, in bytes.
#[cfg(target_os = "linux")]
fn mapped_memory(folder: &Path) -> u64 {
    let maps = fs::read_to_string("/proc/self/smaps").unwrap();
    let mut is_below = false;
    let mut kilobytes = 0;
    for line in maps.lines() {
        if let Some(rss) = line.strip_prefix("Rss:") {
            let rss: u64 = rss.trim().trim_end_matches(" kB").parse().unwrap();
            kilobytes += if is_below { rss } else { 0 };
        } else if line.contains('/') {
            is_below = line.contains(folder.to_str().unwrap());
        } else if line.split(' ').next().unwrap().contains('-') {
            is_below = false; // mapped memory without a file
        }
    }
    kilobytes * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn an_open_collection_of_few_points_takes_less_than_a_megabyte_for_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["c"], SHORT).settled(LONG);
    assert_eq!(mapped_memory(folder.path()), 0);
    assert_eq!(store.count("c"), 1);
    let found = store.read::<RetrievePoints>("c", json!({ "ids": [1], "with_vector": true })).unwrap();
    assert_eq!(found[0]["vector"], json!([1.0, 1.0]));
    let memory = mapped_memory(folder.path());
    assert!((1..1 << 20).contains(&memory), "{memory}");
    store.upsert("c", 2);
    assert_eq!(store.reopened(LONG).count("c"), 2);
}

#[test]
fn a_full_snapshot_has_closed_collections_and_leaves_them_closed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["a", "b", "c"], SHORT).settled(LONG);
    assert_eq!(store.count("b"), 1);
    let file = store.snapshot(SnapshotScope::Storage);
    ["a", "c"].into_iter().for_each(|name| store.wait_until_closed(name));
    assert!(store.is_open("b"));

    let other = tempfile::tempdir().unwrap();
    let recovered = Store::open(other.path(), LONG);
    let source = SnapshotSource::at(file.to_str().unwrap());
    let recover = RecoverFullSnapshot(FullSnapshotSource { source, force: None });
    assert_eq!(recovered.take_in(recover), Ok(true));
    assert_eq!(["a", "b", "c"].map(|name| recovered.count(name)), [1; 3]);
    recovered.close();
    store.close();
}

#[test]
fn an_interrupted_optimization_goes_on_after_the_start_without_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &["other"], SHORT).settled(LONG);
    let settings = json!({
        "vectors": { "size": 2, "distance": "Dot" },
        "optimizers_config": { "indexing_threshold": 1, "max_optimization_threads": 0 },
    });
    store.create_collection("c", settings);
    let points: Value = (0..2000).map(point).collect();
    store.write::<UpsertPoints>("c", json!({ "points": points })).unwrap();
    // Announced, and perhaps begun, when the store is closed; never by a call afterwards.
    let settings = json!({ "optimizers_config": { "max_optimization_threads": "auto" } });
    store.runtime.block_on(store.client.reconfigure("c", parse::<UpdateCollection>(settings))).unwrap();
    let store = store.reopened(LONG);
    let is_indexed = || {
        let segments = fs::read_dir(store.path("c", "0/segments")).unwrap();
        segments.flatten().any(|segment| {
            let state = fs::read(segment.path().join("segment.json")).unwrap_or_default();
            let state: Value = serde_json::from_slice(&state).unwrap_or_default();
            state["config"]["vector_data"][""]["index"]["type"] == "hnsw"
        })
    };
    wait_for("indexed", is_indexed);
    store.wait_until_closed("c");
    assert!(!store.is_open("other"));
    assert_eq!(store.info("c")["status"], "green");
    let store = store.reopened(LONG);
    assert!(!store.is_open("c"), "opened although nothing was left to do");
    store.close();
}
