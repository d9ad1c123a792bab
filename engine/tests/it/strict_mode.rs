//! The limits that a collection sets for the requests to it.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{
    CountPoints, CreatePayloadIndex, DeletePoints, Facet, QueryBatch, QueryGroups, QueryPoints,
    RetrievePoints, ScrollPoints, SearchMatrixPairs, SetPayload, UpsertPoints,
};
use serde_json::{Value, json};

/// With a few points and these limits.
fn store(limits: Value) -> Store {
    store_with(limits, json!({}))
}

fn store_with(mut limits: Value, hnsw: Value) -> Store {
    limits["enabled"] = json!(true);
    let store = Store::new(json!({
        "vectors": { "size": 2, "distance": "Dot" },
        "hnsw_config": hnsw,
        "strict_mode_config": limits,
    }));
    store.upsert(json!([
        { "id": 1, "vector": [1, 0], "payload": { "city": "Oslo", "n": 1 } },
        { "id": 2, "vector": [0, 1], "payload": { "city": "Bonn", "n": 2 } },
    ]));
    store
}

fn bad_request(text: &str) -> (u16, String) {
    (400, format!("Bad request: {text}"))
}

#[test]
fn a_limit_beyond_the_collections_is_refused_with_the_servers_words() {
    let store = store(json!({ "max_query_limit": 4 }));
    let refused = bad_request(
        "Limit exceeded 5 > 4 for \"limit\". Help: Reduce the \"limit\" parameter to or below 4.",
    );
    assert_eq!(refusal(store.read::<QueryPoints>(json!({ "query": [1, 0], "limit": 5 }))), refused);
    assert_eq!(refusal(store.read::<ScrollPoints>(json!({ "limit": 5 }))), refused);
    assert_eq!(refusal(store.read::<Facet>(json!({ "key": "city", "limit": 5 }))), refused);
    let prefetch = json!({ "query": [1, 0], "limit": 1, "prefetch": { "query": [1, 0], "limit": 5 } });
    assert_eq!(refusal(store.read::<QueryPoints>(prefetch)), refused);
    let groups = json!({ "query": [1, 0], "group_by": "city", "limit": 5, "group_size": 1 });
    assert_eq!(refusal(store.read::<QueryGroups>(groups)), refused);
    let matrix = store.read::<SearchMatrixPairs>(json!({ "sample": 3, "limit": 2 }));
    assert!(refusal(matrix).1.contains("Limit exceeded 6 > 4"));
    assert_eq!(ids(&store.query(json!({ "query": [1, 0], "limit": 4 }))), json!([1, 2]));
    // Without a limit, the default of 10 counts.
    assert!(
        refusal(store.read::<QueryPoints>(json!({ "query": [1, 0] }))).1.contains("Limit exceeded 10 > 4")
    );
}

#[test]
fn reads_may_filter_by_indexed_fields_only() {
    let store = store(json!({ "unindexed_filtering_retrieve": false }));
    let filter = json!({ "must": [{ "key": "city", "match": { "value": "Oslo" } }] });
    let refused = bad_request(
        "Index required but not found for \"city\" of one of the following types: [keyword]. \
         Help: Create an index for this key or use a different filter.",
    );
    assert_eq!(refusal(store.read::<CountPoints>(json!({ "filter": filter }))), refused);
    assert_eq!(refusal(store.read::<ScrollPoints>(json!({ "filter": filter }))), refused);
    assert_eq!(refusal(store.read::<QueryPoints>(json!({ "query": [1, 0], "filter": filter }))), refused);
    let group = json!({ "query": [1, 0], "group_by": "city" });
    assert_eq!(
        refusal(store.read::<QueryGroups>(group.clone())),
        bad_request(
            "Index required but not found for \"city\". Help: Create an index supporting `match` for this key."
        )
    );
    let formula =
        json!({ "prefetch": { "query": [1, 0] }, "query": { "formula": { "sum": ["$score", "n"] } } });
    assert_eq!(
        refusal(store.read::<QueryPoints>(formula.clone())),
        bad_request(
            "Index required but not found for \"n\" of one of the following types: [float, integer]. \
             Help: Create an index for this key or use a different formula expression."
        )
    );
    store.index("city", json!("keyword"));
    store.index("n", json!("integer"));
    assert_eq!(store.read::<CountPoints>(json!({ "filter": filter })).unwrap(), json!({ "count": 1 }));
    assert_eq!(store.read::<QueryGroups>(group).unwrap()["groups"].as_array().unwrap().len(), 2);
    assert_eq!(store.query(formula)[0]["score"], 2.0);
}

#[test]
fn filters_may_be_only_so_large() {
    let store = store(json!({ "filter_max_conditions": 1, "condition_max_size": 2 }));
    let is_city = |city: &str| json!({ "key": "city", "match": { "value": city } });
    let two = json!({ "filter": { "should": [is_city("Oslo"), is_city("Bonn")] } });
    assert_eq!(
        refusal(store.read::<CountPoints>(two)),
        bad_request(
            "Filter condition limit reached (2 > 1). Help: Reduce the amount of conditions of your filter."
        )
    );
    let large = json!({ "filter": { "must": { "key": "n", "match": { "any": [1, 2, 3] } } } });
    assert_eq!(
        refusal(store.read::<CountPoints>(large)),
        bad_request("Condition size limit reached (3 > 2). Help: Reduce the size of your condition.")
    );
    let small = json!({ "filter": { "must": { "key": "n", "match": { "any": [1, 2] } } } });
    assert_eq!(store.read::<CountPoints>(small).unwrap(), json!({ "count": 2 }));
}

#[test]
fn the_ways_to_search_are_limited() {
    let store = store(json!({
        "search_allow_exact": false, "search_max_hnsw_ef": 10, "search_max_oversampling": 2.0, "search_max_batchsize": 1,
    }));
    let with = |params: Value| store.read::<QueryPoints>(json!({ "query": [1, 0], "params": params }));
    assert_eq!(
        refusal(with(json!({ "exact": true }))),
        bad_request("Exact search disabled!. Help: Set exact=false.")
    );
    assert!(refusal(with(json!({ "hnsw_ef": 11 }))).1.contains("Limit exceeded 11 > 10 for \"hnsw_ef\""));
    let oversampling = json!({ "quantization": { "oversampling": 2.5 } });
    assert!(refusal(with(oversampling)).1.contains("Limit exceeded 2.5 > 2 for \"oversampling\""));
    assert!(with(json!({ "hnsw_ef": 10 })).is_ok());
    assert_eq!(refusal(store.read::<CountPoints>(json!({}))).0, 400);
    assert!(store.read::<CountPoints>(json!({ "exact": false })).is_ok());
    let batch = json!({ "searches": [{ "query": [1, 0] }, { "query": [0, 1] }] });
    let refused = refusal(store.read::<QueryBatch>(batch));
    assert!(refused.1.contains("Limit exceeded 2 > 1 for \"search batch size\""), "{refused:?}");
}

#[test]
fn without_a_graph_only_a_tenants_points_may_be_searched() {
    let store = store_with(json!({ "search_allow_exact": false }), json!({ "m": 0, "payload_m": 16 }));
    let query =
        json!({ "query": [1, 0], "filter": { "must": { "key": "city", "match": { "value": "Oslo" } } } });
    store.index("city", json!("keyword"));
    let refused = refusal(store.read::<QueryPoints>(query.clone()));
    assert!(refused.1.contains("global vector indexing is disabled (hnsw_config.m = 0)"), "{refused:?}");
    store.index("city", json!({ "type": "keyword", "is_tenant": true }));
    assert_eq!(ids(&store.query(query)), json!([1]));
}

#[test]
fn reads_are_counted_by_the_minute() {
    let store = store(json!({ "read_rate_limit": 3 }));
    assert!(store.read::<RetrievePoints>(json!({ "ids": [1, 2] })).is_ok());
    assert!(store.read::<QueryPoints>(json!({ "query": [1, 0] })).is_ok());
    let (status, text) = refusal(store.read::<QueryPoints>(json!({ "query": [1, 0] })));
    assert_eq!(status, 429);
    assert!(
        text.starts_with("Rate limiting exceeded: Read rate limit exceeded: Operation requires 1 tokens"),
        "{text}"
    );
    let (status, text) = refusal(store.read::<RetrievePoints>(json!({ "ids": [1, 2, 3, 4] })));
    assert_eq!(status, 429);
    assert!(text.contains("request larger than rate limiter capacity"), "{text}");
}

#[test]
fn writes_may_filter_by_indexed_fields_only() {
    let store = store(json!({ "unindexed_filtering_update": false }));
    let filter = json!({ "must": [{ "key": "city", "match": { "value": "Oslo" } }] });
    let delete = || store.write::<DeletePoints>(json!({ "filter": filter }));
    assert!(refusal(delete()).1.contains("Index required but not found for \"city\""));
    let change = json!({ "filter": filter, "payload": { "a": 1 } });
    assert!(refusal(store.write::<SetPayload>(change)).1.contains("Index required but not found"));
    assert_eq!(store.count(), 2);
    store.index("city", json!("keyword"));
    delete().unwrap();
    assert_eq!(store.count(), 1);
}

#[test]
fn one_upsert_brings_only_so_much() {
    let store = Store::new(json!({
        "vectors": { "m": { "size": 1, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } } },
        "sparse_vectors": { "s": {} },
        "strict_mode_config": {
            "enabled": true, "upsert_max_batchsize": 2,
            "multivector_config": { "m": { "max_vectors": 1 } }, "sparse_config": { "s": { "max_length": 2 } },
        },
    }));
    let upsert = |points: Value| store.write::<UpsertPoints>(json!({ "points": points }));
    let point = |id: u64, vector: Value| json!({ "id": id, "vector": vector });
    let three: Vec<_> = (0..3).map(|id| point(id, json!({ "m": [[1]] }))).collect();
    assert!(refusal(upsert(json!(three))).1.contains("Limit exceeded 3 > 2 for \"upsert limit\""));
    assert_eq!(
        refusal(upsert(json!([point(1, json!({ "m": [[1], [2]] }))]))),
        bad_request("Multivector 'm' has a limit of 1 vectors, but 2 were provided!")
    );
    let sparse = json!({ "s": { "indices": [1, 2, 3], "values": [1, 2, 3] } });
    assert_eq!(
        refusal(upsert(json!([point(1, sparse)]))),
        bad_request("Sparse vector 's' has a limit of 2 indices, but 3 were provided!")
    );
    assert_eq!(store.count(), 0);
    assert!(upsert(json!([point(1, json!({ "m": [[1]], "s": { "indices": [1], "values": [1] } }))])).is_ok());
}

#[test]
fn a_collection_grows_only_so_large() {
    let point = json!({ "points": [{ "id": 3, "vector": [1, 1] }] });
    for (limits, text) in [
        (json!({ "max_points_count": 2 }), "Max points count limit of 2 reached!"),
        (
            json!({ "max_collection_vector_size_bytes": 16 }),
            "Max vector storage size limit of 0.000015258789MB reached!",
        ),
    ] {
        let store = store(limits);
        assert_eq!(refusal(store.write::<UpsertPoints>(point.clone())), bad_request(text));
        assert!(store.write::<DeletePoints>(json!({ "points": [1] })).is_ok());
        assert!(store.write::<UpsertPoints>(point.clone()).is_ok(), "there is room again");
    }
    // It takes some room even when it is empty.
    let store = Store::new(
        json!({ "strict_mode_config": { "enabled": true, "max_collection_payload_size_bytes": 1 } }),
    );
    let refused = refusal(store.write::<UpsertPoints>(json!({ "points": [{ "id": 1, "vector": {} }] })));
    assert!(refused.1.starts_with("Bad request: Max payload storage size limit of"), "{refused:?}");
}

#[test]
fn a_collection_has_only_so_many_payload_indexes() {
    let store = store(json!({ "max_payload_index_count": 1 }));
    let index = |field: &str| {
        store.write::<CreatePayloadIndex>(json!({ "field_name": field, "field_schema": "keyword" }))
    };
    index("a").unwrap();
    assert_eq!(
        refusal(index("b")),
        bad_request(
            "Collection already has the maximum number of payload indices (1). \
             Help: Please delete an existing index before creating a new one."
        )
    );
}

#[test]
fn writes_are_counted_by_the_minute() {
    let store = store(json!({ "write_rate_limit": 2 }));
    let upsert = || store.write::<UpsertPoints>(json!({ "points": [{ "id": 3, "vector": [1, 1] }] }));
    upsert().unwrap();
    let (status, text) = refusal(upsert());
    assert_eq!(status, 429);
    assert!(text.starts_with("Rate limiting exceeded: Write rate limit exceeded:"), "{text}");
    let all = json!({ "filter": { "must_not": { "has_id": [9] } } });
    assert!(refusal(store.write::<DeletePoints>(all)).1.contains("larger than rate limiter capacity"));
    assert_eq!(store.count(), 3);
}

#[test]
fn limits_that_are_not_enabled_limit_nothing() {
    let store = Store::new(json!({
        "vectors": { "size": 2, "distance": "Dot" },
        "strict_mode_config": { "max_query_limit": 1, "read_rate_limit": 1 },
    }));
    for _ in 0..3 {
        assert!(store.read::<ScrollPoints>(json!({ "limit": 5 })).is_ok());
    }
}
