//! Snapshots, through the public API.

mod crash;
mod full;
mod hostile;
mod layout;
mod load;
mod round_trip;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use qdrant_embedded_engine::model::{
    ChangeAliases, CountPoints, CreateCollection, CreatePayloadIndex, DeletePoints, ScrollPoints,
    SnapshotDescription, SnapshotSource, UpsertPoints,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, CreateSnapshot, DeleteSnapshot, Error, ListCollections, ListSnapshots,
    QdrantClient, QdrantInstance, Read, RecoverSnapshot, Result, SnapshotScope, Touches, UpdateAliases,
    Write, collection::GetCollection,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A store in a folder of its own.
pub struct Store {
    pub client: Arc<QdrantClient>,
    pub runtime: Runtime,
    /// `None` only once it is opened anew.
    root: Option<TempDir>,
}

impl Store {
    pub fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap())
    }

    fn open(root: TempDir) -> Self {
        let client = QdrantInstance::start(Config::at(root.path())).unwrap();
        Self { client, runtime: Runtime::new().unwrap(), root: Some(root) }
    }

    /// Closes it, lets `meanwhile` change its files, and opens it again.
    pub fn reopened(mut self, meanwhile: impl FnOnce(&Path)) -> Self {
        self.runtime.block_on(self.client.close()).unwrap();
        let root = self.root.take().unwrap();
        meanwhile(root.path());
        Self::open(root)
    }

    pub fn path(&self) -> &Path {
        self.root.as_ref().unwrap().path()
    }

    pub fn create(&self, name: &str, settings: Value) {
        let create =
            CreateCollectionNamed { name: name.to_owned(), request: parse::<CreateCollection>(settings) };
        self.runtime.block_on(self.client.manage(Touches::Name(name.to_owned()), create)).unwrap();
    }

    /// A collection of plain two-dimensional points with these ids.
    pub fn create_plain(&self, name: &str, ids: impl IntoIterator<Item = u64>) {
        self.create(name, json!({ "vectors": { "size": 2, "distance": "Dot" } }));
        let points = ids.into_iter().map(plain_point).collect::<Vec<_>>();
        if !points.is_empty() {
            self.upsert(name, json!(points));
        }
    }

    pub fn alias(&self, alias: &str, name: &str) {
        let actions = json!([{ "create_alias": { "alias_name": alias, "collection_name": name } }]);
        let change = UpdateAliases(parse::<ChangeAliases>(json!({ "actions": actions })));
        self.runtime.block_on(self.client.manage(Touches::All, change)).unwrap();
    }

    pub fn read<R: Read + DeserializeOwned>(&self, name: &str, request: Value) -> Result<Value>
    where
        R::Output: Serialize,
    {
        self.runtime.block_on(self.client.read(name, parse::<R>(request))).map(|output| answer(&output))
    }

    pub fn write<W: Write + DeserializeOwned>(&self, name: &str, request: Value) -> Value
    where
        W::Output: Serialize,
    {
        answer(&self.runtime.block_on(self.client.write(name, parse::<W>(request))).unwrap())
    }

    pub fn upsert(&self, name: &str, points: Value) {
        self.write::<UpsertPoints>(name, json!({ "points": points }));
    }

    pub fn delete(&self, name: &str, ids: &[u64]) {
        self.write::<DeletePoints>(name, json!({ "points": ids, "wait": true }));
    }

    pub fn index(&self, name: &str, field: &str, schema: Value) {
        let request = json!({ "field_name": field, "field_schema": schema, "wait": true });
        self.write::<CreatePayloadIndex>(name, request);
    }

    pub fn count(&self, name: &str) -> u64 {
        self.read::<CountPoints>(name, json!({})).unwrap()["count"].as_u64().unwrap()
    }

    /// All points with all that they have, by id.
    pub fn points(&self, name: &str) -> Value {
        self.read::<ScrollPoints>(name, json!({ "limit": 100_000, "with_vector": true })).unwrap()["points"]
            .take()
    }

    pub fn ids(&self, name: &str) -> Vec<u64> {
        self.points(name).as_array().unwrap().iter().map(|point| point["id"].as_u64().unwrap()).collect()
    }

    pub fn info(&self, name: &str) -> Value {
        answer(&self.runtime.block_on(self.client.read(name, GetCollection::default())).unwrap())
    }

    pub fn collections(&self) -> Value {
        answer(&self.runtime.block_on(self.client.inspect(Touches::All, ListCollections)).unwrap())["collections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|collection| collection["name"].clone())
            .collect()
    }

    pub fn create_snapshot(&self, scope: SnapshotScope) -> SnapshotDescription {
        let touches = scope.touches();
        self.runtime.block_on(self.client.transfer(touches, CreateSnapshot(scope))).unwrap()
    }

    /// Makes a snapshot of a collection and returns its file.
    pub fn snapshot(&self, name: &str) -> PathBuf {
        let description = self.create_snapshot(of(name));
        self.path().join("snapshots").join(name).join(description.name)
    }

    pub fn snapshot_of_shard(&self, name: &str) -> PathBuf {
        let description = self.create_snapshot(of_shard(name, 0));
        self.path().join("snapshots").join(name).join("shards/0").join(description.name)
    }

    pub fn list(&self, scope: SnapshotScope) -> Result<Vec<SnapshotDescription>> {
        self.runtime.block_on(self.client.inspect(scope.touches(), ListSnapshots(scope)))
    }

    pub fn delete_snapshot(&self, scope: SnapshotScope, name: &str) -> Result<bool> {
        let touches = scope.touches();
        let delete = DeleteSnapshot { scope, name: name.to_owned() };
        self.runtime.block_on(self.client.transfer(touches, delete))
    }

    pub fn recover_with(&self, name: &str, shard: Option<u32>, source: SnapshotSource) -> Result<bool> {
        let recover = RecoverSnapshot { collection: name.to_owned(), shard, source };
        self.runtime.block_on(self.client.take_in(Touches::Name(name.to_owned()), || Ok(recover)))
    }

    pub fn recover(&self, name: &str, file: &Path) -> Result<bool> {
        self.recover_with(name, None, SnapshotSource::at(file.to_str().unwrap()))
    }

    pub fn recover_shard(&self, name: &str, file: &Path) -> Result<bool> {
        self.recover_with(name, Some(0), SnapshotSource::at(file.to_str().unwrap()))
    }

    /// Names of what is in the folder for passing things.
    pub fn work(&self) -> Vec<String> {
        let entries =
            [".work", ".staged", ".removed"].map(|name| fs::read_dir(self.path().join(name)).unwrap());
        entries.into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.close());
    }
}

pub fn of(name: &str) -> SnapshotScope {
    SnapshotScope::Collection(name.to_owned())
}

pub fn of_shard(name: &str, shard: u32) -> SnapshotScope {
    SnapshotScope::Shard { collection: name.to_owned(), shard }
}

pub fn plain_point(id: u64) -> Value {
    json!({ "id": id, "vector": [id as f32, 1.0], "payload": { "n": id } })
}

/// Status and text of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (u16, String) {
    let error: Error = result.unwrap_err();
    (error.status(), error.to_string())
}

fn parse<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_str(&request.to_string()).unwrap()
}

/// By way of text, as a caller sees it: numbers in their shortest form.
fn answer(output: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(output).unwrap()).unwrap()
}
