//! Requests that are nearly right: read without panic, and carried out or refused as a whole.

use std::time::{Duration, Instant};

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::*;
use qdrant_embedded_engine::{
    CreateCollectionNamed, DeleteCollection, ListAliases, ListCollections, Result, UpdateAliases,
};
use serde_json::{Value, json};

use super::mutation::{Chance, bytes, deep, mutate_json, mutate_text};
use super::runs::seeds;
use crate::common::{Store, parse};

const REQUESTS: u64 = 1500;
const SETTINGS_REQUESTS: u64 = 250;

/// How to send a request, and requests that are right.
struct Operation {
    name: &'static str,
    send: fn(&Store, &str) -> Result<Value>,
    valid: Vec<Value>,
}

macro_rules! operations {
    ($($request:ident by $send:ident: [$($valid:tt),* $(,)?],)*) => {
        vec![$(Operation {
            name: stringify!($request),
            send: |store, text| store.$send::<$request>(text),
            valid: vec![$(json!($valid)),*],
        }),*]
    };
}

fn filter() -> Value {
    json!({
        "must": [
            { "key": "a", "match": { "value": "x" } },
            { "nested": { "key": "items", "filter": { "must_not": { "key": "n", "range": { "gte": 1, "lt": 5.5 } } } } },
            { "key": "g", "geo_radius": { "center": { "lon": 1, "lat": 2 }, "radius": 1000.0 } },
        ],
        "should": [{ "has_id": [1, "550e8400-e29b-41d4-a716-446655440000"] }, { "key": "t", "match": { "text": "word" } }],
        "min_should": { "conditions": [{ "is_empty": { "key": "a" } }, { "key": "d", "range": { "gt": "2024-01-01" } }], "min_count": 1 },
        "must_not": [{ "key": "a", "values_count": { "gt": 9 } }, { "slice": { "total": 3, "index": 1 } }, { "has_vector": "s" }],
    })
}

fn operations() -> Vec<Operation> {
    let point = json!({ "id": 1, "vector": { "d": [1, 2.5], "s": { "indices": [1, 7], "values": [0.5, 1] }, "m": [[1, 2], [3, 4]] }, "payload": { "a": ["x"], "n": 1 } });
    let batch =
        json!({ "ids": [1, 2], "vectors": { "d": [[1, 2], [3, 4]] }, "payloads": [{ "a": "x" }, null] });
    let prefetch = json!([{ "query": [1, 2], "using": "d", "limit": 5, "prefetch": { "query": 1, "using": "d" } }, { "query": { "indices": [1], "values": [1] }, "using": "s", "filter": (filter()) }]);
    let formula = json!({ "formula": { "sum": ["$score", { "mult": [2, { "key": "a", "match": { "value": "x" } }] }, { "exp_decay": { "x": "n", "scale": 2, "midpoint": 0.5 } }, { "div": { "left": 1, "right": "n", "by_zero_default": 0 } }] }, "defaults": { "n": 1 } });
    let paging = json!({ "filter": (filter()), "limit": 3, "offset": 1, "with_payload": { "include": ["a"] }, "with_vector": ["d"] });
    operations![
        ScrollPoints by read_text: [paging, { "order_by": { "key": "n", "direction": "desc", "start_from": 3 } }],
        CountPoints by read_text: [{ "filter": (filter()), "exact": false }],
        RetrievePoints by read_text: [{ "ids": [1, 2, 99], "with_payload": ["a"], "with_vector": true }],
        Facet by read_text: [{ "key": "a", "limit": 3, "exact": true, "filter": (filter()) }],
        QueryPoints by read_text: [
            { "query": [1, 2], "using": "d", "limit": 3, "params": { "hnsw_ef": 10, "exact": true }, "score_threshold": 0.1 },
            { "query": { "fusion": "rrf" }, "prefetch": prefetch },
            { "query": formula, "prefetch": prefetch, "with_payload": true },
            { "query": { "recommend": { "positive": [1, [1, 2]], "negative": [2], "strategy": "best_score" } }, "using": "d" },
            { "query": { "discover": { "target": 1, "context": [{ "positive": 2, "negative": 3 }] } }, "using": "d" },
            { "query": { "nearest": [1, 2], "mmr": { "diversity": 0.5, "candidates_limit": 10 } }, "using": "d" },
            { "query": { "order_by": "n" } },
            { "query": { "sample": "random" } },
        ],
        QueryBatch by read_text: [{ "searches": [{ "query": 1, "using": "d" }, { "query": [1, 2], "using": "d", "filter": (filter()) }] }],
        QueryGroups by read_text: [{ "query": [1, 2], "using": "d", "group_by": "a", "group_size": 2, "limit": 3 }],
        SearchPoints by read_text: [{ "vector": { "name": "d", "vector": [1, 2] }, "limit": 3, "offset": 1, "filter": (filter()) }],
        SearchBatch by read_text: [{ "searches": [{ "vector": { "name": "d", "vector": [1, 2] }, "limit": 3 }] }],
        SearchMatrixPairs by read_text: [{ "sample": 5, "limit": 2, "using": "d", "filter": (filter()) }],
        SearchMatrixOffsets by read_text: [{ "sample": 5, "limit": 2, "using": "d" }],
        UpsertPoints by write_text: [{ "points": [point, { "id": "550e8400-e29b-41d4-a716-446655440000", "vector": {} }] }, { "batch": batch, "wait": false }],
        DeletePoints by write_text: [{ "points": [1, 2] }, { "filter": (filter()) }],
        SetPayload by write_text: [{ "payload": { "a": "y" }, "points": [1, 2], "key": "o.p" }, { "payload": { "n": 2 }, "filter": (filter()) }],
        OverwritePayload by write_text: [{ "payload": { "a": "y" }, "points": [1] }],
        DeletePayload by write_text: [{ "keys": ["a", "items[].n"], "points": [1] }],
        ClearPayload by write_text: [{ "points": [1] }, { "filter": (filter()) }],
        UpdateVectors by write_text: [{ "points": [{ "id": 1, "vector": { "d": [1, 2] } }, { "id": 2, "vector": { "m": [[1, 2]] } }], "update_filter": (filter()) }],
        DeleteVectors by write_text: [{ "vector": ["d", "m"], "points": [1] }, { "vector": ["s"], "filter": (filter()) }],
        BatchUpdate by write_text: [{ "operations": [
            { "upsert": { "points": [point] } },
            { "upsert": { "batch": batch } },
            { "delete": { "points": [3] } },
            { "set_payload": { "payload": { "a": "y" }, "points": [1], "key": "o" } },
            { "overwrite_payload": { "payload": { "a": "z" }, "points": [2] } },
            { "delete_payload": { "keys": ["n"], "points": [1] } },
            { "clear_payload": { "points": [2] } },
            { "update_vectors": { "points": [{ "id": 1, "vector": { "d": [3, 4] } }] } },
            { "delete_vectors": { "points": [1], "vector": ["m"] } },
        ] }],
        GetPoint by read_text: [{ "id": 1 }],
        RecommendPoints by read_text: [{ "positive": [1, [1, 2]], "negative": [2], "strategy": "sum_scores", "using": "d", "limit": 3, "filter": (filter()) }],
        RecommendBatch by read_text: [{ "searches": [{ "positive": [1], "using": "d", "limit": 3 }, { "positive": [2], "using": "d", "limit": 3 }] }],
        RecommendPointGroups by read_text: [{ "positive": [1], "using": "d", "group_by": "a", "group_size": 2, "limit": 3 }],
        SearchPointGroups by read_text: [{ "vector": { "name": "d", "vector": [1, 2] }, "group_by": "a", "group_size": 2, "limit": 3 }],
        DiscoverPoints by read_text: [{ "target": 1, "context": [{ "positive": 2, "negative": [1, 2] }], "using": "d", "limit": 3 }],
        DiscoverBatch by read_text: [{ "searches": [{ "target": 1, "context": [{ "positive": 2, "negative": 3 }], "using": "d", "limit": 3 }] }],
        CreatePayloadIndex by write_text: [{ "field_name": "a", "field_schema": "keyword" }, { "field_name": "t", "field_schema": { "type": "text", "tokenizer": "prefix", "min_token_len": 2, "max_token_len": 5, "lowercase": true } }],
    ]
}

/// Requests that change what a collection is.
fn settings_operations() -> Vec<Operation> {
    let vectors = json!({
        "v": { "size": 4, "distance": "Euclid", "datatype": "float16", "on_disk": true, "hnsw_config": { "m": 4 }, "quantization_config": { "scalar": { "type": "int8", "quantile": 0.9, "always_ram": true } } },
        "w": { "size": 2, "distance": "Manhattan", "multivector_config": { "comparator": "max_sim" }, "quantization_config": { "binary": {} } },
    });
    let settings = json!({
        "vectors": vectors,
        "sparse_vectors": { "t": { "modifier": "idf", "index": { "on_disk": true, "full_scan_threshold": 10, "datatype": "float16" } } },
        "hnsw_config": { "m": 8, "ef_construct": 50, "full_scan_threshold": 100, "payload_m": 4, "max_indexing_threads": 1 },
        "optimizers_config": { "deleted_threshold": 0.5, "vacuum_min_vector_number": 100, "default_segment_number": 1, "indexing_threshold": 1000, "flush_interval_sec": 2, "max_segment_size": 1000 },
        "wal_config": { "wal_capacity_mb": 1, "wal_segments_ahead": 0 },
        "quantization_config": { "product": { "compression": "x4" } },
        "on_disk_payload": false,
        "shard_number": 1,
        "strict_mode_config": { "enabled": false, "max_query_limit": 1000, "unindexed_filtering_retrieve": true },
        "metadata": { "any": ["thing"] },
    });
    let changes = json!({
        "vectors": { "d": { "hnsw_config": { "m": 5 }, "quantization_config": "Disabled", "on_disk": true } },
        "sparse_vectors": { "s": { "index": { "on_disk": true } } },
        "hnsw_config": { "ef_construct": 20 },
        "optimizers_config": { "indexing_threshold": 500, "max_optimization_threads": 0 },
        "params": { "replication_factor": 1, "on_disk_payload": true },
        "quantization_config": { "scalar": { "type": "int8" } },
        "strict_mode_config": { "enabled": false },
        "metadata": { "more": 1 },
    });
    let mut operations = operations![
        UpdateCollection by reconfigure_text: [changes],
    ];
    operations.push(Operation { name: "CreateCollection", send: create_another, valid: vec![settings] });
    operations.push(Operation {
        name: "CreateVectorName",
        send: create_vector,
        valid: vec![
            json!({ "dense": { "size": 4, "distance": "Euclid", "datatype": "float16", "multivector_config": { "comparator": "max_sim" } } }),
            json!({ "sparse": { "modifier": "idf", "datatype": "uint8" } }),
        ],
    });
    operations.push(Operation {
        name: "ChangeAliases",
        send: |store, text| store.manage(UpdateAliases(parse(text)?)),
        valid: vec![json!({ "actions": [
            { "create_alias": { "collection_name": "c", "alias_name": "one" } },
            { "rename_alias": { "old_alias_name": "one", "new_alias_name": "two" } },
            { "create_alias": { "collection_name": "c", "alias_name": "three" } },
            { "delete_alias": { "alias_name": "two" } },
        ] })],
    });
    operations
}

fn create_another(store: &Store, text: &str) -> Result<Value> {
    let name = "another".to_owned();
    store.manage(CreateCollectionNamed { name: name.clone(), request: parse(text)? })?;
    store.manage(DeleteCollection { name })
}

fn create_vector(store: &Store, text: &str) -> Result<Value> {
    let params = VectorNameParams::default();
    store.apply(CreateVectorName { name: "new".to_owned(), config: parse(text)?, params })
}

fn store() -> Store {
    let store = Store::new(json!({
        "vectors": {
            "d": { "size": 2, "distance": "Cosine" },
            "m": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "s": {} },
        "optimizers_config": { "max_optimization_threads": 0 },
    }));
    store.index("a", json!("keyword"));
    store.index("n", json!("integer"));
    fill(&store);
    store
}

fn fill(store: &Store) {
    let points: Value = (1..9u32)
        .map(|id| json!({ "id": id, "vector": { "d": [id, 1] }, "payload": { "a": "x", "n": id, "items": [{ "n": id }] } }))
        .collect();
    store.upsert(points);
}

fn everything(store: &Store) -> Value {
    json!([
        store.scroll(json!({ "limit": 1000, "with_vector": true })),
        store.read::<GetCollection>(json!({})).unwrap()["config"],
        store.inspect(ListCollections).unwrap(),
        store.inspect(ListAliases::default()).unwrap(),
    ])
}

/// Sends the request and checks that it works, or is refused without a trace.
fn send(operation: &Operation, store: &Store, text: &str) {
    let shown = || text.chars().take(2000).collect::<String>();
    let before = everything(store);
    let start = Instant::now();
    let outcome = (operation.send)(store, text);
    assert!(start.elapsed() < Duration::from_secs(10), "{} takes too long: {}", operation.name, shown());
    if let Err(error) = outcome {
        assert!((400..500).contains(&error.status()), "{} fails: {error}\n{}", operation.name, shown());
        assert_eq!(
            everything(store),
            before,
            "{} is refused, and has changed something: {}",
            operation.name,
            shown()
        );
    }
}

#[test]
fn every_request_of_the_corpus_is_right() {
    for operation in operations().into_iter().chain(settings_operations()) {
        for request in &operation.valid {
            let store = store();
            let outcome = (operation.send)(&store, &request.to_string());
            outcome.unwrap_or_else(|error| panic!("{}: {error}\n{request}", operation.name));
        }
    }
}

#[test]
fn a_mutated_request_works_or_is_refused_as_a_whole() {
    let operations = operations();
    let corpus: Vec<Value> = operations.iter().flat_map(|operation| operation.valid.clone()).collect();
    for seed in seeds(4) {
        let store = store();
        let mut chance = Chance::new(seed);
        for number in 0..REQUESTS {
            let operation = chance.pick(&operations);
            let mut request = chance.pick(&operation.valid).clone();
            for _ in 0..=chance.below(3) {
                mutate_json(&mut request, &corpus, &mut chance);
            }
            let mut text = request.to_string();
            if chance.below(4) == 0 {
                text = mutate_text(&text, &mut chance);
            }
            send(operation, &store, &text);
            if number % 20 == 0 {
                fill(&store);
            }
        }
    }
}

#[test]
fn mutated_settings_are_taken_or_refused_as_a_whole() {
    let operations = settings_operations();
    let corpus: Vec<Value> = operations.iter().flat_map(|operation| operation.valid.clone()).collect();
    for seed in seeds(4) {
        let mut chance = Chance::new(seed);
        let mut current = store();
        for number in 0..SETTINGS_REQUESTS {
            let operation = chance.pick(&operations);
            let mut request = chance.pick(&operation.valid).clone();
            for _ in 0..=chance.below(3) {
                mutate_json(&mut request, &corpus, &mut chance);
            }
            send(operation, &current, &request.to_string());
            // Settings may be such that little is allowed from now on.
            if number % 10 == 0 {
                current = store();
            }
        }
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let store = store();
    for seed in seeds(4) {
        let mut chance = Chance::new(seed);
        for operation in operations().into_iter().chain(settings_operations()) {
            for _ in 0..50 {
                send(&operation, &store, &String::from_utf8_lossy(&bytes(&mut chance)));
            }
        }
    }
}

#[test]
fn a_deeply_nested_request_is_refused() {
    let store = store();
    for operation in operations().into_iter().chain(settings_operations()) {
        for text in deep(100_000) {
            send(&operation, &store, &text);
        }
    }
}
