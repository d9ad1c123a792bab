//! The process that is killed: does what it reads from stdin, and says on stdout what is done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write as _, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, thread};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{
    BatchUpdate, ClearPayload, CountPoints, CreatePayloadIndex, CreateVectorName, DeletePayload,
    DeletePayloadIndex, DeletePayloadIndexParams, DeletePoints, DeleteVectorName, DeleteVectors,
    OverwritePayload, QueryPoints, ScrollPoints, SetPayload, UpdateCollection, UpdateVectors, UpsertPoints,
    VectorNameParams,
};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, DeleteCollection, Durability, ListAliases, ListCollections, QdrantClient,
    QdrantInstance, Read, RecreateCollection, Result, Touches, UpdateAliases,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::model::{Contents, Kind, Model, Operation, Point};

/// Names the storage folder to the child.
pub const FOLDER: &str = "QDRANT_EMBEDDED_CRASH_FOLDER";

/// Set for a child whose writes are to survive a power cut.
pub const SYNC: &str = "QDRANT_EMBEDDED_CRASH_SYNC";

/// What the driver asks for.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// Everything that is there.
    Dump,
    /// An operation, with a number to acknowledge.
    Do(u64, Operation),
    /// Makes everything durable, beside whatever else goes on; with a number to answer.
    Flush(u64),
    Close,
}

/// What the child says.
#[derive(Serialize, Deserialize)]
pub enum Answer {
    Opened,
    Dumped(Model),
    Done(u64),
    Flushed(u64),
    Closed,
    Failed(String),
}

pub fn run(folder: PathBuf) {
    let (lines, mut requests) = mpsc::unbounded_channel::<Request>();
    thread::spawn(move || {
        for line in stdin().lock().lines() {
            let request = serde_json::from_str(&line.unwrap()).unwrap();
            if lines.send(request).is_err() {
                break;
            }
        }
    });
    let durability = if env::var_os(SYNC).is_some() { Durability::Sync } else { Durability::Process };
    let client = match QdrantInstance::start(Config { durability, ..Config::at(folder) }) {
        Ok(client) => client,
        Err(error) => return say(&Answer::Failed(format!("cannot open: {error}"))),
    };
    say(&Answer::Opened);
    // One thread polls new tasks in the order in which they were made, which is that of the calls.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        while let Some(request) = requests.recv().await {
            let client = client.clone();
            match request {
                Request::Close => {
                    // The tasks made before take their place in line.
                    tokio::task::yield_now().await;
                    say(&match client.close().await {
                        Ok(()) => Answer::Closed,
                        Err(error) => Answer::Failed(format!("close: {error}")),
                    });
                }
                Request::Dump => say(&match dump(&client).await {
                    Ok(model) => Answer::Dumped(model),
                    Err(error) => Answer::Failed(format!("dump: {error}")),
                }),
                Request::Flush(number) => {
                    tokio::spawn(async move {
                        say(&match client.flush().await {
                            Ok(()) => Answer::Flushed(number),
                            Err(error) => Answer::Failed(format!("flush: {error}")),
                        });
                    });
                }
                Request::Do(number, operation) => {
                    tokio::spawn(async move {
                        let result = execute(&client, &operation).await;
                        say(&match result {
                            Ok(()) => Answer::Done(number),
                            Err(error) => Answer::Failed(format!("{operation:?}: {error}")),
                        });
                    });
                }
            }
        }
    });
}

/// On a line of its own, whatever the test harness prints.
fn say(answer: &Answer) {
    let text = format!("\n{}\n", serde_json::to_string(answer).unwrap());
    let mut stdout = stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

async fn execute(client: &QdrantClient, operation: &Operation) -> Result<()> {
    async fn write<W>(client: &QdrantClient, operation: &Operation) -> Result<()>
    where
        W: qdrant_embedded_engine::Write + DeserializeOwned,
    {
        client.write(&operation.collection, parse::<W>(&operation.args)?).await.map(drop)
    }
    let name = operation.collection.clone();
    let touches = Touches::Name(name.clone());
    match operation.kind {
        Kind::Upsert => write::<UpsertPoints>(client, operation).await,
        Kind::Delete => write::<DeletePoints>(client, operation).await,
        Kind::SetPayload => write::<SetPayload>(client, operation).await,
        Kind::OverwritePayload => write::<OverwritePayload>(client, operation).await,
        Kind::DeletePayload => write::<DeletePayload>(client, operation).await,
        Kind::ClearPayload => write::<ClearPayload>(client, operation).await,
        Kind::UpdateVectors => write::<UpdateVectors>(client, operation).await,
        Kind::DeleteVectors => write::<DeleteVectors>(client, operation).await,
        Kind::BatchUpdate => {
            let parts = operation.parts().into_iter();
            let parts: Vec<_> =
                parts.map(|part| json!({ part.kind.name_in_batch().unwrap(): part.args })).collect();
            let batch: BatchUpdate = parse(&json!({ "operations": parts }))?;
            client.write(&name, batch).await.map(drop)
        }
        Kind::CreateVectorName => {
            let (vector, config) = (&operation.args["name"], &operation.args["config"]);
            let vector = vector.as_str().unwrap().to_owned();
            let create = CreateVectorName {
                name: vector,
                config: parse(config)?,
                params: VectorNameParams::default(),
            };
            client.write(&name, create).await.map(drop)
        }
        Kind::DeleteVectorName => {
            let vector = operation.args["name"].as_str().unwrap().to_owned();
            let delete = DeleteVectorName { name: vector, params: VectorNameParams::default() };
            client.write(&name, delete).await.map(drop)
        }
        Kind::UpdateCollection => {
            let update: UpdateCollection = parse(&operation.args)?;
            client.reconfigure(&name, update).await.map(drop)
        }
        Kind::RecreateCollection => {
            let recreate = RecreateCollection { name, request: parse(&operation.args)? };
            client.manage(touches, recreate).await.map(drop)
        }
        Kind::CreatePayloadIndex => write::<CreatePayloadIndex>(client, operation).await,
        Kind::DeletePayloadIndex => {
            let field = operation.args["field_name"].as_str().unwrap();
            let delete = DeletePayloadIndex::of_field(field, DeletePayloadIndexParams::default())?;
            client.write(&name, delete).await.map(drop)
        }
        Kind::CreateCollection => {
            let create = CreateCollectionNamed { name, request: parse(&operation.args)? };
            client.manage(touches, create).await.map(drop)
        }
        Kind::DeleteCollection => client.manage(touches, DeleteCollection { name }).await.map(drop),
        Kind::UpdateAliases => {
            client.manage(Touches::All, UpdateAliases(parse(&operation.args)?)).await.map(drop)
        }
    }
}

fn parse<T: DeserializeOwned>(args: &Value) -> Result<T> {
    serde_json::from_str(&args.to_string()).map_err(Into::into)
}

/// Reads all there is, and checks that the indexes agree with it.
async fn dump(client: &Arc<QdrantClient>) -> Result<Model> {
    let mut model = Model::default();
    for collection in client.inspect(Touches::All, ListCollections).await?.collections {
        let contents = dump_collection(client, &collection.name).await?;
        model.collections.insert(collection.name, contents);
    }
    for alias in client.inspect(Touches::All, ListAliases { collection: None }).await?.aliases {
        model.aliases.insert(alias.alias_name, alias.collection_name);
    }
    Ok(model)
}

async fn dump_collection(client: &QdrantClient, name: &str) -> Result<Contents> {
    let info = json_of(&client.read(name, GetCollection {}).await?);
    let indexes = info["payload_schema"].as_object().unwrap().iter();
    let indexes =
        indexes.map(|(field, schema)| (field.clone(), schema["data_type"].as_str().unwrap().to_owned()));
    let everything = json!({ "limit": 1_000_000, "with_payload": true, "with_vector": true });
    let page = read::<ScrollPoints>(client, name, everything).await?;
    let mut points = BTreeMap::new();
    for point in page["points"].as_array().unwrap() {
        let payload = point["payload"].as_object().cloned().unwrap_or_default();
        let known = Point { vector: point["vector"].clone(), payload };
        assert!(
            points.insert(point["id"].as_u64().unwrap(), known).is_none(),
            "{name}: a point is there twice"
        );
    }
    let contents = Contents { points, indexes: indexes.collect(), config: Some(info["config"].clone()) };
    check_indexes(client, name, &contents).await?;
    Ok(contents)
}

/// Counts, filters and searches find what scrolling finds.
async fn check_indexes(client: &QdrantClient, name: &str, contents: &Contents) -> Result<()> {
    let count = read::<CountPoints>(client, name, json!({})).await?;
    assert_eq!(count["count"], contents.points.len(), "{name}: the count is wrong");
    for tag in 0..4 {
        let filter = json!({ "must": [{ "key": "tag", "match": { "value": tag } }] });
        let by_filter =
            read::<ScrollPoints>(client, name, json!({ "filter": filter, "limit": 1_000_000 })).await?;
        let by_filter = ids(&by_filter);
        let tagged =
            contents.points.iter().filter(|(_, point)| point.payload.get("tag") == Some(&json!(tag)));
        let by_payload: BTreeSet<_> = tagged.map(|(id, _)| *id).collect();
        let differing: Vec<_> = by_filter.symmetric_difference(&by_payload).collect();
        assert!(differing.is_empty(), "{name}: the filter for tag {tag} is wrong about {differing:?}");
    }
    let vectors = &contents.config.as_ref().unwrap()["params"]["vectors"];
    if vectors["size"].is_number() {
        return check_search(client, name, contents, "", json!([1, 1, 1, 1])).await;
    }
    // No two values of a vector make up for each other: a search finds no sparse vector with the score zero.
    let weights = [1, 1, 1, 1000, 1000, 1000, 1_000_000, 1_000_000];
    let sparse = contents.config.as_ref().unwrap()["params"]["sparse_vectors"].as_object();
    let names = vectors.as_object().into_iter().chain(sparse).flat_map(|vectors| vectors.keys());
    for vector in names {
        let query = match vector.as_str() {
            "a" => json!([1, 1, 1, 1]),
            "x" => json!([1, 1, 1]),
            "m" => json!([[1, 1]]),
            _ => json!({ "indices": (0..8).collect::<Vec<_>>(), "values": weights }),
        };
        check_search(client, name, contents, vector, query).await?;
    }
    Ok(())
}

/// A search for everything finds each point that has the vector.
async fn check_search(
    client: &QdrantClient,
    name: &str,
    contents: &Contents,
    vector: &str,
    query: Value,
) -> Result<()> {
    let has_vector = |point: &Point| vector.is_empty() || !point.vector[vector].is_null();
    let expected = contents.points.iter().filter(|(_, point)| has_vector(point)).map(|(id, _)| *id).collect();
    let args = json!({ "query": query, "using": vector, "limit": 1_000_000, "params": { "exact": true } });
    let found = ids(&read::<QueryPoints>(client, name, args).await?);
    let differing: Vec<_> =
        found.symmetric_difference(&expected).map(|id| (id, &contents.points[id])).collect();
    assert!(differing.is_empty(), "{name}: the search in {vector} is wrong about {differing:?}");
    Ok(())
}

fn ids(answer: &Value) -> BTreeSet<u64> {
    answer["points"].as_array().unwrap().iter().map(|point| point["id"].as_u64().unwrap()).collect()
}

async fn read<R: Read + DeserializeOwned>(client: &QdrantClient, name: &str, args: Value) -> Result<Value>
where
    R::Output: Serialize,
{
    Ok(json_of(&client.read(name, parse::<R>(&args)?).await?))
}

fn json_of(value: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}
