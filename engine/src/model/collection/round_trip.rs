//! Whatever settings there are survive being stored.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::CollectionConfig;
use crate::preset::Preset;

/// Absent, or one of the values.
fn maybe(values: Vec<Value>) -> impl Strategy<Value = Option<Value>> {
    prop::option::of(prop::sample::select(values))
}

fn object<const N: usize>(
    fields: [(&'static str, BoxedStrategy<Option<Value>>); N],
) -> impl Strategy<Value = Value> {
    let (keys, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    values.prop_map(move |values| {
        keys.iter().zip(values).filter_map(|(key, value)| Some((key.to_string(), value?))).collect()
    })
}

fn named(names: [&'static str; 3], vector: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop::sample::select(names.map(str::to_owned).to_vec());
    prop::collection::btree_map(name, vector, 0..=3).prop_map(|vectors| vectors.into_iter().collect())
}

fn memory() -> BoxedStrategy<Option<Value>> {
    maybe(vec![json!("cold"), json!("cached")]).boxed()
}

fn flag() -> BoxedStrategy<Option<Value>> {
    maybe(vec![json!(true), json!(false)]).boxed()
}

fn number(least: u32) -> BoxedStrategy<Option<Value>> {
    prop::option::of((least..=65_536).prop_map(Value::from)).boxed()
}

/// Of few digits: the last one of many may change when `serde_json` reads them.
fn fraction() -> BoxedStrategy<Option<Value>> {
    prop::option::of((0..=1000_u32).prop_map(|thousandths| f64::from(thousandths) / 1000.0))
        .prop_map(|fraction| fraction.map(Value::from))
        .boxed()
}

fn hnsw() -> BoxedStrategy<Option<Value>> {
    prop::option::of(object([
        ("m", number(0)),
        ("ef_construct", number(4)),
        ("full_scan_threshold", number(10)),
        ("max_indexing_threads", number(0)),
        ("on_disk", flag()),
        ("memory", memory()),
        ("payload_m", number(0)),
        ("inline_storage", flag()),
    ]))
    .boxed()
}

fn quantization() -> BoxedStrategy<Option<Value>> {
    maybe(vec![
        json!({ "scalar": { "type": "int8", "quantile": 0.99, "memory": "pinned" } }),
        json!({ "product": { "compression": "x4", "always_ram": true } }),
        json!({ "binary": { "encoding": "two_bits", "query_encoding": "scalar8bits" } }),
        json!({ "turbo": { "bits": "bits4" } }),
    ])
    .boxed()
}

fn vector() -> impl Strategy<Value = Value> {
    let distances = ["Cosine", "Euclid", "Dot", "Manhattan"].map(Value::from).to_vec();
    let datatypes = ["float32", "float16", "uint8", "turbo4"].map(Value::from).to_vec();
    object([
        ("size", (1..=65_536_u32).prop_map(|size| Some(size.into())).boxed()),
        ("distance", prop::sample::select(distances).prop_map(Some).boxed()),
        ("hnsw_config", hnsw()),
        ("quantization_config", quantization()),
        ("on_disk", flag()),
        ("memory", memory()),
        ("datatype", maybe(datatypes).boxed()),
        ("multivector_config", maybe(vec![json!({ "comparator": "max_sim" })]).boxed()),
    ])
}

fn vectors() -> BoxedStrategy<Option<Value>> {
    prop::option::of(prop_oneof![vector(), named(["a", "b", "c"], vector())]).boxed()
}

fn sparse_vectors() -> BoxedStrategy<Option<Value>> {
    let index = prop::option::of(object([
        ("full_scan_threshold", number(0)),
        ("on_disk", flag()),
        ("memory", memory()),
        ("datatype", maybe(vec![json!("float16"), json!("uint8")]).boxed()),
    ]))
    .boxed();
    let vector = object([("index", index), ("modifier", maybe(vec![json!("none"), json!("idf")]).boxed())]);
    prop::option::of(named(["s", "t", "u"], vector)).boxed()
}

fn request() -> impl Strategy<Value = Value> {
    let optimizers = object([
        ("deleted_threshold", fraction()),
        ("vacuum_min_vector_number", number(100)),
        ("default_segment_number", number(0)),
        ("max_segment_size", number(1)),
        ("indexing_threshold", number(0)),
        ("flush_interval_sec", number(0)),
        ("max_optimization_threads", maybe(vec![json!("auto"), json!(0), json!(3)]).boxed()),
        ("prevent_unoptimized", flag()),
    ]);
    let wal = object([("wal_capacity_mb", number(1)), ("wal_retain_closed", number(1))]);
    let strict = object([
        ("enabled", flag()),
        ("search_max_oversampling", fraction()),
        ("multivector_config", maybe(vec![json!({ "a": { "max_vectors": 3 } }), json!({ "b": {} })]).boxed()),
    ]);
    object([
        ("vectors", vectors()),
        ("sparse_vectors", sparse_vectors()),
        ("shard_number", number(1)),
        ("sharding_method", maybe(vec![json!("auto"), json!("custom")]).boxed()),
        ("replication_factor", number(1)),
        ("on_disk_payload", flag()),
        ("payload", maybe(vec![json!({}), json!({ "memory": "cached" })]).boxed()),
        ("hnsw_config", hnsw()),
        ("optimizers_config", prop::option::of(optimizers).boxed()),
        ("wal_config", prop::option::of(wal).boxed()),
        ("quantization_config", quantization()),
        ("strict_mode_config", prop::option::of(strict).boxed()),
        (
            "metadata",
            maybe(vec![json!({}), json!({ "n": 18_446_744_073_709_551_615_u64, "f": 0.1 })]).boxed(),
        ),
    ])
}

proptest! {
    #[test]
    fn settings_survive_being_stored(request in request()) {
        let config = CollectionConfig::from_request(serde_json::from_value(request).unwrap()).unwrap();
        let text = serde_json::to_string(&config).unwrap();
        let stored: CollectionConfig = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&stored).unwrap(), text);
        for preset in [Preset::Desktop, Preset::Server] {
            prop_assert_eq!(stored.edge_config(preset), config.edge_config(preset));
        }
    }
}
