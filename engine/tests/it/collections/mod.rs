//! Operations on collections as a whole, over reopening and over what a crash may leave.

mod optimizations;
mod recreate;
mod update;
mod vector_names;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CountPoints, CreateCollection, CreateVectorName, DeleteVectorName, QueryPoints, ScrollPoints,
    UpdateCollection, UpsertPoints, VectorNameParams,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, Error, QdrantClient, QdrantInstance, Read, Result, Touches, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const NAME: &str = "c";

/// A storage folder that is open, with a collection or none.
struct Store {
    client: Arc<QdrantClient>,
    runtime: Runtime,
}

impl Store {
    fn open(folder: &Path) -> Self {
        Self { client: QdrantInstance::start(Config::at(folder)).unwrap(), runtime: Runtime::new().unwrap() }
    }

    /// Opens a folder, and creates the collection.
    fn create(folder: &Path, settings: Value) -> Self {
        let store = Self::open(folder);
        let create = CreateCollectionNamed {
            name: NAME.to_owned(),
            request: parse::<CreateCollection>(settings).unwrap(),
        };
        store.runtime.block_on(store.client.manage(Touches::Name(NAME.to_owned()), create)).unwrap();
        store
    }

    fn read<R: Read + DeserializeOwned>(&self, request: Value) -> Result<Value>
    where
        R::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.read(NAME, parse::<R>(request)?))?))
    }

    fn write<W: Write>(&self, operation: W) -> Result<Value>
    where
        W::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.write(NAME, operation))?))
    }

    fn update(&self, changes: Value) -> Result<bool> {
        self.runtime.block_on(self.client.reconfigure(NAME, parse::<UpdateCollection>(changes)?))
    }

    fn create_vector(&self, name: &str, config: Value) -> Result<Value> {
        let config = serde_json::from_value(config).unwrap();
        self.write(CreateVectorName { name: name.to_owned(), config, params: VectorNameParams::default() })
    }

    fn delete_vector(&self, name: &str) -> Result<Value> {
        self.write(DeleteVectorName { name: name.to_owned(), params: VectorNameParams::default() })
    }

    fn upsert(&self, points: Value) -> Result<Value> {
        self.write(parse::<UpsertPoints>(json!({ "points": points }))?)
    }

    fn info(&self) -> Value {
        self.runtime.block_on(self.client.read(NAME, GetCollection {})).map(|info| answer(&info)).unwrap()
    }

    fn config(&self) -> Value {
        self.info()["config"].take()
    }

    fn count(&self) -> u64 {
        self.read::<CountPoints>(json!({})).unwrap()["count"].as_u64().unwrap()
    }

    fn points(&self) -> Value {
        self.read::<ScrollPoints>(json!({ "limit": 10_000, "with_vector": true })).unwrap()["points"].take()
    }

    fn query(&self, request: Value) -> Result<Value> {
        Ok(self.read::<QueryPoints>(request)?["points"].take())
    }

    /// Waits for the optimizer to have nothing left to do.
    fn settle(&self) -> Value {
        self.wait_for(|info| info["status"] == "green" && info["update_queue"]["length"] == 0)
    }

    fn wait_for(&self, is_reached: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let info = self.info();
            if is_reached(&info) {
                return info;
            }
            assert!(Instant::now() < deadline, "still {info}");
            sleep(Duration::from_millis(20));
        }
    }

    fn close(self) {
        self.runtime.block_on(self.client.close()).unwrap();
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The folder as a crash at this moment would leave it; while nothing runs in the background.
fn as_after_a_crash(folder: &Path) -> TempDir {
    let copy = self::folder();
    copy_tree(folder, copy.path());
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
            drop(fs::copy(entry.path(), target))
        }
    }
}

fn collection_file(folder: &Path, name: &str) -> PathBuf {
    folder.join("collections").join(NAME).join(name)
}

fn read_json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Changes a JSON file as if a crash had left it so.
fn change_json(file: &Path, change: impl FnOnce(&mut Value)) {
    let mut json = read_json(file);
    change(&mut json);
    fs::write(file, json.to_string()).unwrap();
}

/// The files in which the segments of the collection keep their settings.
fn segment_files(folder: &Path) -> Vec<PathBuf> {
    let segments = fs::read_dir(collection_file(folder, "0/segments")).unwrap();
    let files = segments.map(|entry| entry.unwrap().path().join("segment.json"));
    files.filter(|file| file.exists()).collect()
}

/// What the segments that are indexed by HNSW say of the vector of that name.
fn indexed_segments(folder: &Path, vector: &str) -> Vec<Value> {
    let vectors = segment_files(folder)
        .into_iter()
        .map(|file| read_json(&file)["config"]["vector_data"][vector].take());
    vectors.filter(|params| params["index"]["type"] == "hnsw").collect()
}

/// `count` points whose vector of that name has 32 elements.
fn many_points(first: u64, count: u64, vector: &str) -> Value {
    (first..first + count)
        .map(|id| {
            let numbers: Vec<_> = (0..32).map(|i| ((id * 31 + i * 17) % 101) as f64 / 101.0).collect();
            json!({ "id": id, "vector": if vector.is_empty() { json!(numbers) } else { json!({ vector: numbers }) } })
        })
        .collect()
}

/// Settings by which `many_points` of 2000 are indexed.
fn indexed_early(vectors: Value) -> Value {
    json!({ "vectors": vectors, "optimizers_config": { "indexing_threshold": 100, "flush_interval_sec": 600 } })
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T> {
    serde_json::from_str(&request.to_string()).map_err(Error::from)
}

fn answer(output: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(output).unwrap()).unwrap()
}

/// Status and text of a refusal.
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (u16, String) {
    let error = result.unwrap_err();
    (error.status(), error.to_string())
}
