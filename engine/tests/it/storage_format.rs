//! Storage folders that released versions have made are opened by this one, with all that is in them.
//!
//! `cargo test … --test it -- --ignored make_the_fixture_of_this_version` makes the one of a release: its folder
//! as an archive, and what is in it as JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::{CreateCollection, CreatePayloadIndex, QueryPoints, ScrollPoints, UpsertPoints};
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, ListAliases, ListCollections, QdrantClient, QdrantInstance, Touches, UpdateAliases,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/storage")
}

fn parse<T: DeserializeOwned>(args: Value) -> T {
    serde_json::from_str(&args.to_string()).unwrap()
}

fn answer(output: impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(&output).unwrap()).unwrap()
}

/// Everything in a store, with what a search finds.
async fn contents(client: &QdrantClient) -> Value {
    let mut collections = json!({});
    for collection in client.inspect(Touches::All, ListCollections).await.unwrap().collections {
        let name = collection.name.as_str();
        let info = answer(client.read(name, GetCollection {}).await.unwrap());
        let scroll: ScrollPoints = parse(json!({ "limit": 1000, "with_payload": true, "with_vector": true }));
        let using = if name == "named" { "dense" } else { "" };
        let filter = json!({ "must": [{ "key": "city", "match": { "value": "Riga" } }] });
        let query = json!({ "query": [1, 0.5, 0.25, 0], "using": using, "filter": filter, "limit": 5, "params": { "exact": true } });
        let results = answer(client.read(name, parse::<QueryPoints>(query)).await.unwrap());
        let found: Vec<_> = results["points"].as_array().unwrap().iter().map(|point| point["id"].clone()).collect();
        collections[name] = json!({
            "config": info["config"],
            "indexes": info["payload_schema"],
            "points": answer(client.read(name, scroll).await.unwrap())["points"],
            "found": found,
        });
    }
    let aliases = answer(client.inspect(Touches::All, ListAliases { collection: None }).await.unwrap());
    json!({ "collections": collections, "aliases": aliases["aliases"] })
}

#[test]
fn the_folder_of_every_released_version_is_opened_with_all_that_is_in_it() {
    let mut archives: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "gz"));
    assert!(!archives.is_empty());
    for archive in archives {
        let folder = tempfile::tempdir().unwrap();
        let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder.path()).status();
        assert!(unpacked.unwrap().success(), "{}", archive.display());
        let expected = fs::read(archive.with_extension("").with_extension("json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let runtime = Runtime::new().unwrap();
        // Once as it was left, with a log to apply, and once as we leave it.
        for _ in 0..2 {
            let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
            assert_eq!(runtime.block_on(contents(&client)), expected, "{}", archive.display());
            runtime.block_on(client.close()).unwrap();
        }
    }
}

#[test]
#[ignore = "makes the fixture of a release"]
fn make_the_fixture_of_this_version() {
    let folder = tempfile::tempdir().unwrap();
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let contents = Runtime::new().unwrap().block_on(async {
        fill(&client).await;
        contents(&client).await
    });
    let name = format!("{}.tar.gz", env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(fixtures()).unwrap();
    let archive = fixtures().join(name);
    // While it is open, so that the logs are not empty.
    let mut tar = Command::new("tar");
    tar.arg("-cSzf").arg(&archive).args(["--exclude", ".lock*", "-C"]).arg(folder.path()).arg(".");
    assert!(tar.status().unwrap().success());
    let text = serde_json::to_string_pretty(&contents).unwrap() + "\n";
    fs::write(archive.with_extension("").with_extension("json"), text).unwrap();
}

async fn fill(client: &QdrantClient) {
    let named = json!({
        "vectors": {
            "dense": { "size": 4, "distance": "Cosine" },
            "multi": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "sparse": { "modifier": "idf" } },
        "metadata": { "owner": "me" },
    });
    let indexed = json!({
        "vectors": { "size": 4, "distance": "Euclid" },
        "quantization_config": { "scalar": { "type": "int8", "always_ram": true } },
        "optimizers_config": { "indexing_threshold": 1, "flush_interval_sec": 1000 },
    });
    for (name, settings) in [("indexed", indexed), ("named", named)] {
        let create = CreateCollectionNamed { name: name.to_owned(), request: parse::<CreateCollection>(settings) };
        client.manage(Touches::Name(name.to_owned()), create).await.unwrap();
        upsert(client, name, 0..200).await;
        for (field, schema) in [("city", json!("keyword")), ("n", json!({ "type": "integer", "lookup": true }))] {
            let index = json!({ "field_name": field, "field_schema": schema, "wait": true });
            client.write(name, parse::<CreatePayloadIndex>(index)).await.unwrap();
        }
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while answer(client.read("indexed", GetCollection {}).await.unwrap())["status"] != "green" {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    client.flush().await.unwrap();
    upsert(client, "indexed", 190..210).await;
    let actions = json!({ "actions": [{ "create_alias": { "collection_name": "named", "alias_name": "alias" } }] });
    client.manage(Touches::All, UpdateAliases(parse(actions))).await.unwrap();
}

async fn upsert(client: &QdrantClient, name: &str, ids: std::ops::Range<u64>) {
    let point = |id: u64| {
        let number = |n: u64| ((id * 7 + n * 13) % 31) as f64 / 4.0 + 0.25;
        let dense = json!([number(0), number(1), number(2), number(3)]);
        let vector = if name == "named" {
            json!({
                "dense": dense,
                "multi": [[number(4), number(5)], [number(6), number(7)]],
                "sparse": { "indices": [id % 5, 5 + id % 7], "values": [number(8), number(9)] },
            })
        } else {
            dense
        };
        let city = ["Riga", "Rome", "Oslo"][id as usize % 3];
        json!({ "id": id, "vector": vector, "payload": { "city": city, "n": id, "nested": { "list": [id, null] } } })
    };
    let upsert: UpsertPoints = parse(json!({ "points": ids.map(point).collect::<Vec<_>>() }));
    client.write(name, upsert).await.unwrap();
}
