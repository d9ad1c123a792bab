//! Random operations that are valid for what the store holds.

use serde_json::{Value, json};

use crate::model::{Contents, Kind, Model, Operation};
use crate::random::Random;

const COLLECTIONS: [&str; 3] = ["plain", "named", "indexed"];
const ALIASES: [&str; 3] = ["first", "second", "third"];
const FIELDS: [(&str, &str); 4] =
    [("tag", "integer"), ("word", "keyword"), ("price", "float"), ("text", "text")];
const WORDS: [&str; 4] = ["lake", "river", "sea", "pond"];

const IDS: u64 = 60;
/// Bulk upserts have ids of their own range, so that there is something to index.
const BULK_IDS: u64 = 2000;
const BULK: u64 = 400;
const TAGS: u64 = 4;

/// The next operation on a collection of `model`.
pub fn about_a_collection(random: &mut Random, model: &Model) -> Operation {
    let names: Vec<_> = model.collections.keys().collect();
    let name = *random.pick(&names);
    let contents = &model.collections[name];
    if random.one_in(6) { batch(random, name, contents) } else { alone(random, name, contents) }
}

/// An operation on a collection that is no batch.
fn alone(random: &mut Random, name: &str, contents: &Contents) -> Operation {
    let of = |kind, args| Operation { kind, collection: name.to_owned(), args };
    match random.below(124) {
        100..115 => changed_vectors(random, name, contents)
            .unwrap_or_else(|| of(Kind::Upsert, upsert(random, name, contents))),
        115..119 => vector_name(random, name, contents)
            .unwrap_or_else(|| of(Kind::Upsert, upsert(random, name, contents))),
        119..124 => of(Kind::UpdateCollection, new_settings(random, name)),
        0..30 => of(Kind::Upsert, upsert(random, name, contents)),
        30..34 => of(Kind::Upsert, bulk(random, name, contents)),
        34..42 => of(Kind::Upsert, conditional(random, name, contents)),
        42..54 => of(Kind::Delete, selector(random, contents, false)),
        54..66 => {
            let mut args = selector(random, contents, true);
            args["payload"] = match random.below(3) {
                0 => json!({ "tag": random.below(TAGS) }),
                1 => json!({ "word": random.pick(&WORDS), "price": random.below(100) as f64 / 4.0 }),
                _ => json!({ "nested": { "list": [random.below(9), null, "x"] } }),
            };
            of(Kind::SetPayload, args)
        }
        66..74 => {
            let mut args = selector(random, contents, true);
            args["payload"] = payload(random);
            of(Kind::OverwritePayload, args)
        }
        74..82 => {
            let mut args = selector(random, contents, true);
            args["keys"] = json!([random.pick(&FIELDS).0, "nested"]);
            of(Kind::DeletePayload, args)
        }
        82..86 => of(Kind::ClearPayload, selector(random, contents, true)),
        86..95 => {
            let (field, schema) = random.pick(&FIELDS);
            of(Kind::CreatePayloadIndex, json!({ "field_name": field, "field_schema": schema, "wait": true }))
        }
        _ => of(Kind::DeletePayloadIndex, json!({ "field_name": random.pick(&FIELDS).0 })),
    }
}

/// The next operation that runs alone.
pub fn about_the_store(random: &mut Random, model: &Model) -> Operation {
    let missing: Vec<_> = COLLECTIONS.iter().filter(|name| !model.collections.contains_key(**name)).collect();
    let create = model.collections.is_empty() || (!missing.is_empty() && random.one_in(2));
    if create {
        let name = *random.pick(&missing);
        return Operation {
            kind: Kind::CreateCollection,
            collection: (*name).to_owned(),
            args: settings(random, name),
        };
    }
    let names: Vec<_> = model.collections.keys().collect();
    let name = random.pick(&names).to_string();
    if random.one_in(4) {
        let args = settings(random, &name);
        return Operation { kind: Kind::RecreateCollection, collection: name, args };
    }
    if random.one_in(3) {
        return Operation { kind: Kind::DeleteCollection, collection: name, args: json!({}) };
    }
    let alias = *random.pick(&ALIASES);
    let mut actions = vec![json!({ "create_alias": { "collection_name": name, "alias_name": alias } })];
    if random.one_in(2) {
        actions.push(
            json!({ "rename_alias": { "old_alias_name": alias, "new_alias_name": random.pick(&ALIASES) } }),
        );
    }
    if random.one_in(3) {
        actions.push(json!({ "delete_alias": { "alias_name": random.pick(&ALIASES) } }));
    }
    Operation { kind: Kind::UpdateAliases, collection: String::new(), args: json!({ "actions": actions }) }
}

/// New values for some vectors of points, or their removal; `None` where there is nothing to change.
fn changed_vectors(random: &mut Random, name: &str, contents: &Contents) -> Option<Operation> {
    let known: Vec<_> = contents.points.keys().copied().collect();
    if known.is_empty() {
        return None;
    }
    let of = |kind, args| Some(Operation { kind, collection: name.to_owned(), args });
    if name == "named" && random.one_in(3) {
        let names = vector_names(contents);
        if names.is_empty() {
            return None;
        }
        let mut args = selector(random, contents, true);
        args["vector"] = json!([random.pick(&names)]);
        return of(Kind::DeleteVectors, args);
    }
    let count = 1 + random.below(5);
    let updates =
        (0..count).map(|_| json!({ "id": random.pick(&known), "vector": vector(random, name, contents) }));
    let updates: Vec<_> = updates.filter(|update| update["vector"] != json!({})).collect();
    if updates.is_empty() {
        return None;
    }
    let mut args = json!({ "points": updates });
    if random.one_in(3) {
        args["update_filter"] = tagged(random);
    }
    of(Kind::UpdateVectors, args)
}

/// Several operations in one call.
fn batch(random: &mut Random, name: &str, contents: &Contents) -> Operation {
    let collections = [(name.to_owned(), contents.clone())].into();
    let mut model = Model { collections, ..Model::default() };
    let count = 2 + random.below(10);
    let mut parts = Vec::new();
    while parts.len() < count as usize {
        let part = alone(random, name, &model.collections[name]);
        if part.kind.name_in_batch().is_some() {
            model.apply(&part);
            parts.push(json!({ "kind": part.kind, "args": part.args }));
        }
    }
    Operation { kind: Kind::BatchUpdate, collection: name.to_owned(), args: parts.into() }
}

/// What the vectors of the collection `named` may be.
fn definitions() -> Value {
    json!({
        "a": { "dense": { "size": 4, "distance": "Dot" } },
        "m": { "dense": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } } },
        "s": { "sparse": {} },
        "x": { "dense": { "size": 3, "distance": "Dot" } },
        "y": { "sparse": {} },
    })
}

/// The vectors that the collection `named` has: at first, the first three.
fn vector_names(contents: &Contents) -> Vec<String> {
    let Some(config) = &contents.config else {
        return ["a", "m", "s"].map(str::to_owned).to_vec();
    };
    let of = |group: &str| {
        config["params"][group].as_object().into_iter().flat_map(|vectors| vectors.keys().cloned())
    };
    of("vectors").chain(of("sparse_vectors")).collect()
}

/// Adds a vector to the collection `named`, or removes one.
fn vector_name(random: &mut Random, name: &str, contents: &Contents) -> Option<Operation> {
    if name != "named" || contents.config.is_none() {
        return None;
    }
    let definitions = definitions();
    let all: Vec<_> = definitions.as_object().unwrap().keys().collect();
    let vector = *random.pick(&all);
    let (kind, args) = if vector_names(contents).contains(vector) {
        (Kind::DeleteVectorName, json!({ "name": vector }))
    } else {
        (Kind::CreateVectorName, json!({ "name": vector, "config": definitions[vector] }))
    };
    Some(Operation { kind, collection: name.to_owned(), args })
}

/// Settings that an open shard takes over, and such that it is opened anew for.
fn new_settings(random: &mut Random, name: &str) -> Value {
    match random.below(5) {
        0 => json!({ "optimizers_config": { "indexing_threshold": 1 + random.below(3) } }),
        1 => json!({ "hnsw_config": { "ef_construct": 50 + random.below(50) } }),
        2 => json!({ "metadata": { "changed": random.below(1000) } }),
        3 if name != "named" => json!({ "vectors": { "": { "on_disk": random.one_in(2) } } }),
        _ if random.one_in(2) => json!({ "quantization_config": "Disabled" }),
        _ => {
            json!({ "quantization_config": { "scalar": { "type": "int8", "always_ram": random.one_in(2) } } })
        }
    }
}

fn settings(random: &mut Random, name: &str) -> Value {
    let all = definitions();
    let vectors = match name {
        "named" => json!({ "a": all["a"]["dense"], "m": all["m"]["dense"] }),
        _ => json!({ "size": 4, "distance": "Dot" }),
    };
    let mut settings = json!({
        "vectors": vectors,
        "optimizers_config": { "flush_interval_sec": 1, "default_segment_number": 1 + random.below(3) },
        "metadata": { "made": random.below(1000) },
    });
    match name {
        "named" => settings["sparse_vectors"] = json!({ "s": {} }),
        // Small thresholds, so that the optimizer has work.
        "indexed" => {
            settings["optimizers_config"]["indexing_threshold"] = json!(1);
            settings["optimizers_config"]["vacuum_min_vector_number"] = json!(100);
            settings["wal_config"] = json!({ "wal_capacity_mb": 1 });
        }
        _ => {}
    }
    settings
}

/// Numbers that are the same in every format, and not zero.
fn numbers(random: &mut Random, count: usize) -> Value {
    (0..count).map(|_| random.below(256) as f64 / 8.0 - 15.9375).collect()
}

fn vector(random: &mut Random, collection: &str, contents: &Contents) -> Value {
    if collection != "named" {
        return numbers(random, 4);
    }
    let mut vectors = json!({});
    for name in vector_names(contents) {
        if random.below(3) > 0 {
            vectors[&name] = match name.as_str() {
                "a" => numbers(random, 4),
                "x" => numbers(random, 3),
                "m" => (0..1 + random.below(3)).map(|_| numbers(random, 2)).collect(),
                _ => {
                    let start = random.below(5);
                    json!({ "indices": [start, start + 3], "values": numbers(random, 2) })
                }
            };
        }
    }
    vectors
}

fn payload(random: &mut Random) -> Value {
    match random.below(5) {
        0 => json!({}),
        1 => json!({ "tag": random.below(TAGS) }),
        _ => json!({
            "tag": random.below(TAGS), "word": random.pick(&WORDS), "price": random.below(100) as f64 / 4.0,
            "text": format!("the {} and the {}", random.pick(&WORDS), random.pick(&WORDS)),
        }),
    }
}

fn point(random: &mut Random, collection: &str, contents: &Contents, id: u64) -> Value {
    json!({ "id": id, "vector": vector(random, collection, contents), "payload": payload(random) })
}

fn upsert(random: &mut Random, collection: &str, contents: &Contents) -> Value {
    let count = 1 + random.below(8);
    let points: Vec<_> = (0..count)
        .map(|_| {
            let id = random.below(IDS);
            point(random, collection, contents, id)
        })
        .collect();
    if collection == "named" || random.below(3) > 0 {
        return json!({ "points": points });
    }
    let column = |key: &str| -> Value { points.iter().map(|point| point[key].clone()).collect() };
    json!({ "batch": { "ids": column("id"), "vectors": column("vector"), "payloads": column("payload") } })
}

/// Points with a long text, which fill the write-ahead log soon.
fn bulk(random: &mut Random, collection: &str, contents: &Contents) -> Value {
    let start = BULK_IDS + random.below(4) * BULK / 2;
    let filler = "x".repeat(1 + random.below(500) as usize);
    let points = (start..start + BULK).map(|id| {
        let mut point = point(random, collection, contents, id);
        point["payload"]["filler"] = json!(filler);
        point
    });
    json!({ "points": points.collect::<Vec<_>>() })
}

fn conditional(random: &mut Random, collection: &str, contents: &Contents) -> Value {
    let mut args = upsert(random, collection, contents);
    match random.below(3) {
        0 => args["update_mode"] = json!("insert_only"),
        1 => args["update_mode"] = json!("update_only"),
        _ => args["update_filter"] = tagged(random),
    }
    args
}

fn tagged(random: &mut Random) -> Value {
    json!({ "must": [{ "key": "tag", "match": { "value": random.below(TAGS) } }] })
}

/// Selects by a filter, or by ids, of which those that are to be changed have to exist.
fn selector(random: &mut Random, contents: &Contents, existing: bool) -> Value {
    if random.one_in(3) || contents.points.is_empty() {
        return json!({ "filter": tagged(random) });
    }
    let known: Vec<_> = contents.points.keys().copied().collect();
    let count = 1 + random.below(5);
    let ids = (0..count).map(|_| match existing || random.below(4) > 0 {
        true => *random.pick(&known),
        false => random.below(IDS),
    });
    json!({ "points": ids.collect::<Vec<_>>() })
}
