//! What the child processes do.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CountPoints, CreateCollection, CreatePayloadIndex, GetOptimizations, QueryPoints, ScrollPoints,
    UpdateCollection, UpsertPoints,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, DeleteCollection, Error, ListCollections, QdrantClient, QdrantInstance,
    Read, Result, Touches, UpdateAliases, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Names the task to the child.
pub const TASK: &str = "QDRANT_EMBEDDED_FAULTS_TASK";

/// Names the storage folder to the child.
pub const FOLDER: &str = "QDRANT_EMBEDDED_FAULTS_FOLDER";

/// Room that is left for the file that fills the rest of the disk.
const BALLAST: &str = "ballast";

const NO_SPACE: &str = "No space left on device: WAL buffer size exceeds available disk space";

pub fn run(task: &str, folder: &Path) {
    match task {
        "prepare" => prepare(folder),
        "use" => use_damaged(folder),
        "open damaged" => open_damaged(folder),
        "fill" => fill_the_disk(folder),
        "open without room" => open_without_room(folder),
        "open read-only" => open_read_only(folder),
        _ => panic!("unknown task {task}"),
    }
}

struct Store {
    client: std::sync::Arc<QdrantClient>,
    runtime: Runtime,
}

impl Store {
    fn open(folder: &Path) -> Result<Self> {
        Ok(Self { client: QdrantInstance::start(Config::at(folder))?, runtime: Runtime::new().unwrap() })
    }

    fn create(&self, name: &str, settings: Value) -> Result<bool> {
        let operation =
            CreateCollectionNamed { name: name.to_owned(), request: parse::<CreateCollection>(settings) };
        self.runtime.block_on(self.client.manage(Touches::Name(name.to_owned()), operation))
    }

    fn delete(&self, name: &str) -> Result<bool> {
        let operation = DeleteCollection { name: name.to_owned() };
        self.runtime.block_on(self.client.manage(Touches::Name(name.to_owned()), operation))
    }

    fn names(&self) -> Vec<String> {
        let list = self.runtime.block_on(self.client.inspect(Touches::All, ListCollections)).unwrap();
        list.collections.into_iter().map(|collection| collection.name).collect()
    }

    fn read<R: Read + DeserializeOwned>(&self, name: &str, args: Value) -> Result<Value>
    where
        R::Output: Serialize,
    {
        let output = self.runtime.block_on(self.client.read(name, parse::<R>(args)))?;
        Ok(serde_json::to_value(output).unwrap())
    }

    fn write<W: Write + DeserializeOwned>(&self, name: &str, args: Value) -> Result<()> {
        self.runtime.block_on(self.client.write(name, parse::<W>(args))).map(drop)
    }

    fn count(&self, name: &str) -> Result<u64> {
        Ok(self.read::<CountPoints>(name, json!({}))?["count"].as_u64().unwrap())
    }

    fn info(&self, name: &str) -> Result<Value> {
        let info = self.runtime.block_on(self.client.read(name, GetCollection {}))?;
        Ok(serde_json::to_value(info).unwrap())
    }

    /// Switches the optimizer on, or off; then it has ended.
    fn let_optimizer_work(&self, name: &str, does: bool) {
        let threads = if does { json!("auto") } else { json!(0) };
        let update = parse::<UpdateCollection>(
            json!({ "optimizers_config": { "max_optimization_threads": threads } }),
        );
        self.runtime.block_on(self.client.reconfigure(name, update)).unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while !does && self.read::<GetOptimizations>(name, json!({})).unwrap()["running"] != json!([]) {
            assert!(Instant::now() < patience, "the optimizer never ends");
            sleep(Duration::from_millis(20));
        }
    }

    fn flush(&self) -> Result<()> {
        self.runtime.block_on(self.client.flush())
    }

    fn close(self) -> Result<()> {
        self.runtime.block_on(self.client.close())
    }
}

fn parse<T: DeserializeOwned>(args: Value) -> T {
    serde_json::from_str(&args.to_string()).unwrap()
}

fn plain() -> Value {
    json!({ "vectors": { "size": 4, "distance": "Dot" } })
}

fn points(ids: std::ops::Range<u64>, filler: usize) -> Value {
    let filler = "x".repeat(filler);
    let point =
        |id| json!({ "id": id, "vector": [1, 2, 3, id], "payload": { "word": "lake", "filler": filler } });
    json!({ "points": ids.map(point).collect::<Vec<_>>() })
}

/// Waits until the optimizer has done what it can.
fn wait_for_optimizer(store: &Store, name: &str) {
    let patience = Instant::now() + Duration::from_secs(60);
    while store.info(name).unwrap()["status"] == "yellow" {
        assert!(Instant::now() < patience, "never optimized");
        sleep(Duration::from_millis(20));
    }
}

/// A store with the collections `good` and `bad`; the log of `bad` holds what its segments do not.
fn prepare(folder: &Path) {
    let store = Store::open(folder).unwrap();
    for name in ["good", "bad"] {
        let mut settings = plain();
        settings["optimizers_config"] = json!({ "indexing_threshold": 1, "flush_interval_sec": 1000 });
        settings["sparse_vectors"] = json!({ "s": {} });
        store.create(name, settings).unwrap();
        store.write::<UpsertPoints>(name, points(0..600, 10)).unwrap();
        let index = json!({ "field_name": "word", "field_schema": "keyword", "wait": true });
        store.write::<CreatePayloadIndex>(name, index).unwrap();
        wait_for_optimizer(&store, name);
        store.flush().unwrap();
        store.write::<UpsertPoints>(name, points(600..700, 10)).unwrap();
    }
    let actions =
        json!({ "actions": [{ "create_alias": { "collection_name": "good", "alias_name": "alias" } }] });
    let aliases = UpdateAliases(parse(actions));
    store.runtime.block_on(store.client.manage(Touches::All, aliases)).unwrap();
    std::process::exit(0); // without close: the log keeps its operations
}

/// Uses a store in which a file of `bad` is damaged; prints what became of it.
fn use_damaged(folder: &Path) {
    let store = match Store::open(folder) {
        Ok(store) => store,
        Err(error) => panic!("the store cannot be opened: {error}"),
    };
    assert_eq!(store.names(), ["bad", "good"]);
    assert_eq!(store.count("good"), Ok(700));
    let info = store.info("bad").unwrap();
    let uses = [
        store.count("bad").map(drop),
        store.read::<ScrollPoints>("bad", json!({ "limit": 1000, "with_vector": true })).map(drop),
        store.read::<QueryPoints>("bad", json!({ "query": [1, 1, 1, 1], "limit": 10 })).map(drop),
        store
            .read::<CountPoints>(
                "bad",
                json!({ "filter": { "must": [{ "key": "word", "match": { "value": "lake" } }] } }),
            )
            .map(drop),
        store.write::<UpsertPoints>("bad", points(700..710, 10)),
        store.flush(),
    ];
    let refused = uses.iter().filter(|result| result.is_err()).count();
    if info["status"] == "red" {
        let reason = info["optimizer_status"]["error"].as_str().unwrap();
        assert!(reason.contains(folder.to_str().unwrap()), "names no path: {reason}");
        assert!(refused >= 5, "{uses:?}");
    }
    println!("\nbad: {}, {refused} of {} uses refused", info["status"], uses.len());
    assert_eq!(store.delete("bad"), Ok(true));
    assert_eq!(store.create("bad", plain()), Ok(true));
    store.write::<UpsertPoints>("bad", points(0..10, 10)).unwrap();
    assert_eq!(store.count("bad"), Ok(10));
    store.write::<UpsertPoints>("good", points(700..710, 10)).unwrap();
    store.close().unwrap();
    let store = Store::open(folder).unwrap();
    assert_eq!((store.count("good"), store.count("bad")), (Ok(710), Ok(10)));
}

/// Writes until there is no room left, and on when there is again.
fn fill_the_disk(disk: &Path) {
    let folder = disk.join("store");
    let store = Store::open(&folder).unwrap();
    let mut settings = plain();
    settings["optimizers_config"] = json!({ "indexing_threshold": 100 });
    store.create("c", settings).unwrap();
    let mut written = 0;
    let refusal = loop {
        match store.write::<UpsertPoints>("c", points(written..written + 200, 10_000)) {
            Ok(()) => written += 200,
            Err(error) => break error,
        }
        assert!(written < 1_000_000, "the disk is never full");
    };
    assert_eq!(refusal, Error::Service(NO_SPACE.to_owned()));
    assert_eq!(refusal.status(), 500);
    assert!(written > 0);
    let check = |store: &Store, written| {
        assert_eq!(store.count("c"), Ok(written));
        let query = json!({ "query": [1, 1, 1, 1], "limit": 10, "with_payload": true });
        assert_eq!(store.read::<QueryPoints>("c", query).unwrap()["points"].as_array().unwrap().len(), 10);
    };
    check(&store, written);

    // Somebody else takes the rest, while nothing is being written: what the optimizer sees that it has room for,
    // it does not hold.
    store.let_optimizer_work("c", false);
    store.flush().unwrap();
    let ballast = disk.join(BALLAST);
    let filler = vec![1; 1 << 20];
    let mut file = fs::File::create(&ballast).unwrap();
    while std::io::Write::write_all(&mut file, &filler).is_ok() {}
    check(&store, written);
    let refusal = Error::Service(NO_SPACE.to_owned());
    assert_eq!(store.write::<UpsertPoints>("c", points(0..1, 1)), Err(refusal.clone()));
    assert_eq!(store.create("d", plain()), Err(refusal));
    assert_eq!(store.names(), ["c"]);
    // Makes room for the settings, and not for more.
    file.set_len(file.metadata().unwrap().len() - (1 << 20)).unwrap();
    store.let_optimizer_work("c", true);
    sleep(Duration::from_secs(2)); // it has its turn
    check(&store, written);
    drop(file);
    fs::remove_file(&ballast).unwrap();

    // Deleting a collection takes no room, and gives some.
    let large = disk.join("store/collections/c");
    assert!(large.exists());
    store.close().unwrap();
    let store = Store::open(&folder).unwrap();
    check(&store, written);
    store.delete("c").unwrap();
    store.create("c", plain()).unwrap();
    store.write::<UpsertPoints>("c", points(0..200, 10_000)).unwrap();
    store.close().unwrap();
}

/// Opens a store on a disk that somebody else filled, and again when there is room.
fn open_without_room(disk: &Path) {
    let folder = disk.join("store");
    let store = Store::open(&folder).unwrap();
    store.create("c", plain()).unwrap();
    store.write::<UpsertPoints>("c", points(0..500, 100)).unwrap();
    store.close().unwrap();
    let ballast = disk.join(BALLAST);
    let filler = vec![1; 4096];
    let mut file = fs::File::create(&ballast).unwrap();
    while std::io::Write::write_all(&mut file, &filler).is_ok() {}
    if let Ok(store) = Store::open(&folder) {
        let info = store.info("c").unwrap();
        assert_eq!(info["status"], "red");
        assert!(
            info["optimizer_status"]["error"].as_str().unwrap().contains("No space left on device"),
            "{info}"
        );
        let _ = store.close();
    }
    drop(file);
    fs::remove_file(&ballast).unwrap();
    let store = Store::open(&folder).unwrap();
    assert_eq!(store.count("c"), Ok(500));
    store.write::<UpsertPoints>("c", points(500..510, 100)).unwrap();
    store.close().unwrap();
}

/// A store that has no readable metadata is refused, naming the file.
fn open_damaged(folder: &Path) {
    let error = Store::open(folder).err().expect("a damaged store was opened");
    let Error::Storage { path, .. } = &error else { panic!("{error:?}") };
    assert!(path.starts_with(folder) && path.is_file(), "{error}");
}

/// A folder that cannot be written to is refused, naming what cannot be written.
fn open_read_only(folder: &Path) {
    let error = Store::open(folder).err().expect("a read-only folder was opened");
    let Error::StorageUnavailable { path, .. } = &error else { panic!("{error:?}") };
    assert!(path.starts_with(folder), "{error}");
}
