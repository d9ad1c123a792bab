//! A collection holds what its writes say, whatever their order.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use qdrant_embedded_engine::model::{
    ClearPayload, CreatePayloadIndex, DeletePayload, DeletePoints, OverwritePayload, SetPayload, UpsertPoints,
};
use serde_json::{Map, Value, json};

use super::evaluator::{Point, matches, none};
use super::filters::settings;
use super::generator::{fields, has_id, ids, payload, point};
use super::runs::{runner, seeds};
use crate::common::Store;

/// The points, by their ids as JSON.
type Model = BTreeMap<String, Point>;

#[derive(Clone, Debug)]
enum Update {
    Upsert(Vec<Point>),
    Delete(Selector),
    Set { payload: Map<String, Value>, key: Option<&'static str>, selector: Selector },
    Overwrite { payload: Map<String, Value>, selector: Selector },
    DeleteKeys { keys: Vec<&'static str>, selector: Selector },
    Clear(Selector),
    Index(&'static str, Value),
}

#[derive(Clone, Debug)]
enum Selector {
    Ids(Vec<Value>),
    Filter(Value),
}

impl Selector {
    fn is_in(&self, point: &Point) -> bool {
        match self {
            Selector::Ids(ids) => ids.contains(&point.id),
            Selector::Filter(filter) => matches(filter, point, none),
        }
    }

    /// With the other fields of a request.
    fn with(&self, mut request: Value) -> Value {
        match self {
            Selector::Ids(ids) => request["points"] = json!(ids),
            Selector::Filter(filter) => request["filter"] = filter.clone(),
        }
        request["wait"] = true.into();
        request
    }

    /// Whether a server has a point for each of the ids.
    fn exists(&self, model: &Model) -> bool {
        match self {
            Selector::Ids(ids) => ids.iter().all(|id| model.contains_key(&id.to_string())),
            Selector::Filter(_) => true,
        }
    }
}

fn updates() -> impl Strategy<Value = Vec<Update>> {
    let few_ids = || ids().into_iter().take(12).collect::<Vec<_>>();
    let selector = move || {
        prop_oneof![
            2 => subsequence(few_ids(), 1..4).prop_map(Selector::Ids),
            1 => has_id().prop_map(|condition| Selector::Filter(json!({ "must_not": condition }))),
        ]
    };
    let upserted = subsequence(few_ids(), 1..8)
        .prop_flat_map(|ids| ids.into_iter().map(point).collect::<Vec<_>>())
        .prop_map(Update::Upsert);
    let keys =
        vec!["keyword", "integer", "text", "object", "object.keyword", "items[].integer", "\"dotted.key\""];
    let set = (payload(), select(vec![None, None, Some("object"), Some("missing")]), selector())
        .prop_map(|(payload, key, selector)| Update::Set { payload, key, selector });
    let update = prop_oneof![
        4 => upserted,
        1 => selector().prop_map(Update::Delete),
        2 => set,
        1 => (payload(), selector()).prop_map(|(payload, selector)| Update::Overwrite { payload, selector }),
        1 => (subsequence(keys, 1..3), selector()).prop_map(|(keys, selector)| Update::DeleteKeys { keys, selector }),
        1 => selector().prop_map(Update::Clear),
        1 => select(fields()).prop_map(|(field, schema)| Update::Index(field, schema)),
    ];
    vec(update, 40)
}

/// Applies an update to the store and to the model, or to none where a server refuses it.
fn apply(update: &Update, store: &Store, model: &mut Model) {
    type Change<'a> = Box<dyn Fn(&mut Point) + 'a>;
    let (outcome, selector, change): (_, Option<&Selector>, Change) = match update {
        Update::Upsert(points) => {
            let request: Vec<_> = points
                .iter()
                .map(
                    |Point { id, vector, payload }| json!({ "id": id, "vector": vector, "payload": payload }),
                )
                .collect();
            store.write::<UpsertPoints>(json!({ "points": request })).unwrap();
            model.extend(points.iter().map(|point| (point.id.to_string(), point.clone())));
            return;
        }
        Update::Delete(selector) => {
            store.write::<DeletePoints>(selector.with(json!({}))).unwrap();
            model.retain(|_, point| !selector.is_in(point));
            return;
        }
        Update::Index(field, schema) => {
            store
                .write::<CreatePayloadIndex>(json!({ "field_name": field, "field_schema": schema }))
                .unwrap();
            return;
        }
        Update::Set { payload, key, selector } => (
            store.write::<SetPayload>(selector.with(json!({ "payload": payload, "key": key }))),
            Some(selector),
            Box::new(|point| set(point, payload, *key)),
        ),
        Update::Overwrite { payload, selector } => (
            store.write::<OverwritePayload>(selector.with(json!({ "payload": payload }))),
            Some(selector),
            Box::new(|point| point.payload = payload.clone()),
        ),
        Update::DeleteKeys { keys, selector } => (
            store.write::<DeletePayload>(selector.with(json!({ "keys": keys }))),
            Some(selector),
            Box::new(|point| keys.iter().for_each(|key| delete_key(&mut point.payload, key))),
        ),
        Update::Clear(selector) => (
            store.write::<ClearPayload>(selector.with(json!({}))),
            Some(selector),
            Box::new(|point| point.payload.clear()),
        ),
    };
    let selector = selector.unwrap();
    if selector.exists(model) {
        outcome.unwrap();
        model.values_mut().filter(|point| selector.is_in(point)).for_each(change);
    } else {
        assert_eq!(outcome.unwrap_err().status(), 404);
    }
}

/// Merges keys into the payload, or into the object at a key of it. Null takes a key away.
fn set(point: &mut Point, payload: &Map<String, Value>, key: Option<&str>) {
    let target = match key {
        None => &mut point.payload,
        Some(key) => {
            let inner = point.payload.entry(key).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            inner.as_object_mut().unwrap()
        }
    };
    for (key, value) in payload {
        if value.is_null() {
            target.remove(key);
        } else {
            target.insert(key.clone(), value.clone());
        }
    }
}

fn delete_key(payload: &mut Map<String, Value>, key: &str) {
    match key {
        "object.keyword" => {
            if let Some(object) = payload.get_mut("object").and_then(Value::as_object_mut) {
                object.remove("keyword");
            }
        }
        "items[].integer" => {
            let items = payload.get_mut("items").and_then(Value::as_array_mut);
            for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                item.remove("integer");
            }
        }
        key => {
            payload.remove(key.trim_matches('"'));
        }
    }
}

fn stored(store: &Store) -> Model {
    let mut page = store.scroll(json!({ "limit": 1000, "with_vector": true }));
    let points = page["points"].as_array_mut().unwrap().iter_mut().map(|point| {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let (id, vector, payload) = (point["id"].take(), point["vector"].take(), point["payload"].take());
        (id.to_string(), Point { id, vector: object(vector), payload: object(payload) })
    });
    points.collect()
}

/// Numbers as 32 bits hold them, so that 1 and 1.0 are the same.
fn plain(vector: &Value) -> Value {
    match vector {
        Value::Array(parts) => parts.iter().map(plain).collect(),
        Value::Object(parts) => parts.iter().map(|(name, part)| (name.clone(), plain(part))).collect(),
        number => number.as_f64().map_or_else(|| number.clone(), Value::from),
    }
}

fn compare(store: &Store, model: &Model, context: &str) {
    let stored = stored(store);
    let ids = |model: &Model| model.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&stored), ids(model), "{context}");
    for (id, expected) in model {
        let found = &stored[id];
        assert_eq!(found.payload, expected.payload, "{context}, point {id}");
        let vectors = |point: &Point| plain(&Value::Object(point.vector.clone()));
        assert_eq!(vectors(found), vectors(expected), "{context}, point {id}");
    }
}

#[test]
fn a_collection_holds_what_its_writes_say() {
    for seed in seeds(8) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create_in(folder.path(), settings(seed % 2 == 0));
        let mut model = Model::new();
        let updates = updates().new_tree(&mut runner(seed, 1)).unwrap().current();
        for (number, update) in updates.iter().enumerate() {
            apply(update, &store, &mut model);
            compare(&store, &model, &format!("seed {seed}, after update {number}: {update:?}"));
            if number % 10 == 9 {
                drop(store);
                store = Store::open(folder.path());
                compare(&store, &model, &format!("seed {seed}, reopened after update {number}"));
            }
        }
    }
}
