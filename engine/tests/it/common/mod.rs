//! One collection in memory, used as from JavaScript: JSON in, JSON out.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    CountPoints, CreateCollection, CreatePayloadIndex, QueryPoints, RetrievePoints, ScrollPoints,
    SearchPoints, UpsertPoints,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, Error, InferenceService, Inspect, Manage, QdrantClient, QdrantInstance,
    Read, Reconfigure, Result, Touches, Write,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const NAME: &str = "c";

/// A new collection that ends with the value.
pub struct Store {
    client: Arc<QdrantClient>,
    runtime: Runtime,
}

impl Store {
    /// With the settings that `createCollection` takes.
    pub fn new(settings: Value) -> Self {
        Self::start(Config::in_memory()).create(settings)
    }

    /// As [`Self::new`], in a folder from which [`Self::open`] gets it again.
    pub fn create_in(folder: &Path, settings: Value) -> Self {
        Self::start(Config::at(folder)).create(settings)
    }

    /// The collection of a folder, which no other value has open.
    pub fn open(folder: &Path) -> Self {
        Self::start(Config::at(folder))
    }

    /// Of the collections that are there.
    pub fn start(config: Config) -> Self {
        Self { client: QdrantInstance::start(config).unwrap(), runtime: Runtime::new().unwrap() }
    }

    fn create(self, settings: Value) -> Self {
        let request: CreateCollection = parse(&settings.to_string()).unwrap();
        let create = CreateCollectionNamed { name: NAME.to_owned(), request };
        self.manage(create).unwrap();
        self
    }

    /// As [`Self::new`], in a store of its own.
    pub fn with_config(config: Config, settings: Value) -> Self {
        Self::start(config).create(settings)
    }

    /// As [`Self::new`], with models besides BM25.
    pub fn with_models(models: Arc<dyn InferenceService>, settings: Value) -> Self {
        Self::start(Config { inference: Some(models), ..Config::in_memory() }).create(settings)
    }

    /// With one dense vector of two dimensions, compared by dot product.
    pub fn of_plain_points() -> Self {
        Self::new(json!({ "vectors": { "size": 2, "distance": "Dot" } }))
    }

    pub fn read<R: Read + DeserializeOwned>(&self, request: Value) -> Result<Value>
    where
        R::Output: Serialize,
    {
        self.read_text::<R>(&request.to_string())
    }

    pub fn read_text<R: Read + DeserializeOwned>(&self, request: &str) -> Result<Value>
    where
        R::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.read(NAME, parse::<R>(request)?))?))
    }

    pub fn write<W: Write + DeserializeOwned>(&self, request: Value) -> Result<Value>
    where
        W::Output: Serialize,
    {
        self.write_text::<W>(&request.to_string())
    }

    pub fn write_text<W: Write + DeserializeOwned>(&self, request: &str) -> Result<Value>
    where
        W::Output: Serialize,
    {
        self.apply(parse::<W>(request)?)
    }

    pub fn apply<W: Write>(&self, operation: W) -> Result<Value>
    where
        W::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.write(NAME, operation))?))
    }

    pub fn reconfigure_text<R: Reconfigure + DeserializeOwned>(&self, request: &str) -> Result<Value> {
        Ok(answer(&self.runtime.block_on(self.client.reconfigure(NAME, parse::<R>(request)?))?))
    }

    pub fn manage<M: Manage>(&self, operation: M) -> Result<Value>
    where
        M::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.manage(Touches::All, operation))?))
    }

    pub fn inspect<I: Inspect>(&self, operation: I) -> Result<Value>
    where
        I::Output: Serialize,
    {
        Ok(answer(&self.runtime.block_on(self.client.inspect(Touches::All, operation))?))
    }

    /// Has everything reach the disk.
    pub fn flush(&self) {
        self.runtime.block_on(self.client.flush()).unwrap();
    }

    pub fn close(&self) -> Result<()> {
        self.runtime.block_on(self.client.close())
    }

    /// Waits until the optimizer has no work left.
    pub fn wait_until_optimized(&self) {
        let start = Instant::now();
        while self.read::<GetCollection>(json!({})).unwrap()["status"] != "green" {
            assert!(start.elapsed() < Duration::from_secs(60), "the optimizer does not come to an end");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn upsert(&self, points: Value) {
        let result = self.write::<UpsertPoints>(json!({ "points": points })).unwrap();
        assert_eq!(result["status"], "completed");
    }

    pub fn index(&self, field: &str, schema: Value) {
        self.write::<CreatePayloadIndex>(json!({ "field_name": field, "field_schema": schema })).unwrap();
    }

    pub fn retrieve(&self, request: Value) -> Value {
        self.read::<RetrievePoints>(request).unwrap()
    }

    /// The payload of each point, in the order of the ids.
    pub fn payloads(&self) -> Value {
        let page = self.read::<ScrollPoints>(json!({ "limit": 1000 })).unwrap();
        page["points"].as_array().unwrap().iter().map(|point| point["payload"].clone()).collect()
    }

    pub fn count(&self) -> u64 {
        self.read::<CountPoints>(json!({})).unwrap()["count"].as_u64().unwrap()
    }

    pub fn scroll(&self, request: Value) -> Value {
        self.read::<ScrollPoints>(request).unwrap()
    }

    pub fn query(&self, request: Value) -> Value {
        self.read::<QueryPoints>(request).unwrap()["points"].take()
    }

    pub fn search(&self, request: Value) -> Value {
        self.read::<SearchPoints>(request).unwrap()
    }
}

/// The ids of a list of points.
pub fn ids(points: &Value) -> Value {
    points.as_array().unwrap().iter().map(|point| point["id"].clone()).collect()
}

/// Status and text of a refusal.
pub fn refusal(result: Result<Value>) -> (u16, String) {
    let error = result.unwrap_err();
    (error.status(), error.to_string())
}

/// A request as the text has it.
pub fn parse<T: DeserializeOwned>(request: &str) -> Result<T> {
    serde_json::from_str(request).map_err(Error::from)
}

/// By way of text, as a caller sees it: numbers in their shortest form.
fn answer(output: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(output).unwrap()).unwrap()
}
