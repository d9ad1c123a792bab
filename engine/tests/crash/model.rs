//! What a store has to hold: each operation in its simplest form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Everything in a store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub collections: BTreeMap<String, Contents>,
    pub aliases: BTreeMap<String, String>,
}

/// Everything in a collection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    pub points: BTreeMap<u64, Point>,
    /// Indexed field → type of the index.
    pub indexes: BTreeMap<String, String>,
    /// The settings; `None` until they were seen for the first time.
    pub config: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub vector: Value,
    pub payload: Map<String, Value>,
}

/// One call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    pub kind: Kind,
    /// The collection that it is about; empty if it is about the store.
    pub collection: String,
    /// The request of the REST API; of a batch, the kinds and requests of its operations.
    pub args: Value,
}

/// The kinds of operations. A new one goes here; the compiler tells where else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Upsert,
    Delete,
    SetPayload,
    OverwritePayload,
    DeletePayload,
    ClearPayload,
    UpdateVectors,
    DeleteVectors,
    BatchUpdate,
    CreatePayloadIndex,
    DeletePayloadIndex,
    CreateVectorName,
    DeleteVectorName,
    UpdateCollection,
    CreateCollection,
    RecreateCollection,
    DeleteCollection,
    UpdateAliases,
}

impl Kind {
    /// Whether it changes more than one collection's contents, and so is called while nothing else is.
    pub fn is_about_the_store(self) -> bool {
        matches!(
            self,
            Kind::CreateCollection | Kind::RecreateCollection | Kind::DeleteCollection | Kind::UpdateAliases
        )
    }

    /// The key of an operation of this kind in a batch.
    pub fn name_in_batch(self) -> Option<&'static str> {
        Some(match self {
            Kind::Upsert => "upsert",
            Kind::Delete => "delete",
            Kind::SetPayload => "set_payload",
            Kind::OverwritePayload => "overwrite_payload",
            Kind::DeletePayload => "delete_payload",
            Kind::ClearPayload => "clear_payload",
            Kind::UpdateVectors => "update_vectors",
            Kind::DeleteVectors => "delete_vectors",
            _ => return None,
        })
    }
}

impl Operation {
    /// The operations of a batch, or this one.
    pub fn parts(&self) -> Vec<Operation> {
        if self.kind != Kind::BatchUpdate {
            return vec![self.clone()];
        }
        let part = |part: &Value| Operation {
            kind: serde_json::from_value(part["kind"].clone()).unwrap(),
            collection: self.collection.clone(),
            args: part["args"].clone(),
        };
        self.args.as_array().unwrap().iter().map(part).collect()
    }
}

impl Model {
    /// What the store holds after `operation`.
    pub fn apply(&mut self, operation: &Operation) {
        let Operation { kind, collection, args } = operation;
        match kind {
            Kind::CreateCollection => {
                assert!(self.collections.insert(collection.clone(), Contents::default()).is_none());
            }
            Kind::RecreateCollection => {
                self.collections.insert(collection.clone(), Contents::default());
                self.aliases.retain(|_, target| target != collection);
            }
            Kind::DeleteCollection => {
                self.collections.remove(collection).unwrap();
                self.aliases.retain(|_, target| target != collection);
            }
            Kind::UpdateAliases => {
                for action in args["actions"].as_array().unwrap() {
                    self.change_alias(action);
                }
            }
            Kind::Upsert
            | Kind::Delete
            | Kind::SetPayload
            | Kind::OverwritePayload
            | Kind::DeletePayload
            | Kind::ClearPayload
            | Kind::UpdateVectors
            | Kind::DeleteVectors
            | Kind::CreatePayloadIndex
            | Kind::DeletePayloadIndex
            | Kind::CreateVectorName
            | Kind::DeleteVectorName
            | Kind::UpdateCollection => {
                self.collections.get_mut(collection).unwrap().apply(*kind, args);
            }
            Kind::BatchUpdate => operation.parts().iter().for_each(|part| self.apply(part)),
        }
    }

    fn change_alias(&mut self, action: &Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (name, body) = action.as_object().unwrap().iter().next().unwrap();
        match name.as_str() {
            "create_alias" => {
                self.aliases.insert(text(&body["alias_name"]), text(&body["collection_name"]));
            }
            "rename_alias" => {
                let target = self.aliases.remove(body["old_alias_name"].as_str().unwrap()).unwrap();
                self.aliases.insert(text(&body["new_alias_name"]), target);
            }
            "delete_alias" => {
                self.aliases.remove(body["alias_name"].as_str().unwrap());
            }
            other => panic!("unknown action {other}"),
        }
    }
}

impl Contents {
    fn apply(&mut self, kind: Kind, args: &Value) {
        match kind {
            Kind::Upsert => self.upsert(args),
            Kind::Delete => {
                for id in self.selected(args) {
                    self.points.remove(&id);
                }
            }
            Kind::SetPayload => self.change_payloads(args, |payload| {
                payload.extend(args["payload"].as_object().unwrap().clone());
            }),
            Kind::OverwritePayload => self.change_payloads(args, |payload| {
                *payload = args["payload"].as_object().unwrap().clone();
            }),
            Kind::DeletePayload => self.change_payloads(args, |payload| {
                for key in args["keys"].as_array().unwrap() {
                    payload.remove(key.as_str().unwrap());
                }
            }),
            Kind::ClearPayload => self.change_payloads(args, Map::clear),
            Kind::CreatePayloadIndex => {
                let text = |key: &str| args[key].as_str().unwrap().to_owned();
                self.indexes.insert(text("field_name"), text("field_schema"));
            }
            Kind::DeletePayloadIndex => {
                self.indexes.remove(args["field_name"].as_str().unwrap());
            }
            Kind::UpdateVectors => self.update_vectors(args),
            Kind::DeleteVectors => {
                for id in self.selected(args) {
                    let names = args["vector"].as_array().unwrap();
                    names.iter().for_each(|name| self.remove_vector(id, name.as_str().unwrap()));
                }
            }
            Kind::CreateVectorName => {
                let name = args["name"].as_str().unwrap();
                let (group, params) = match &args["config"]["dense"] {
                    Value::Null => ("sparse_vectors", json!({})),
                    dense => ("vectors", dense.clone()),
                };
                self.change_config(|config| config["params"][group][name] = params);
            }
            Kind::DeleteVectorName => {
                let name = args["name"].as_str().unwrap();
                self.change_config(|config| {
                    for group in ["vectors", "sparse_vectors"] {
                        if let Some(vectors) = config["params"][group].as_object_mut() {
                            vectors.remove(name);
                        }
                    }
                });
                for id in self.points.keys().copied().collect::<Vec<_>>() {
                    self.remove_vector(id, name);
                }
            }
            Kind::UpdateCollection => self.change_config(|config| {
                if let Some(params) = args["vectors"][""].as_object() {
                    config["params"]["vectors"].as_object_mut().unwrap().extend(params.clone());
                }
                if let Some(quantization) = args.get("quantization_config") {
                    let is_disabled = quantization == "Disabled";
                    config["quantization_config"] =
                        if is_disabled { Value::Null } else { quantization.clone() };
                }
                for (key, echoed) in [
                    ("optimizers_config", "optimizer_config"),
                    ("hnsw_config", "hnsw_config"),
                    ("metadata", "metadata"),
                ] {
                    if let Some(changes) = args[key].as_object() {
                        config[echoed].as_object_mut().unwrap().extend(changes.clone());
                    }
                }
            }),
            Kind::BatchUpdate
            | Kind::CreateCollection
            | Kind::RecreateCollection
            | Kind::DeleteCollection
            | Kind::UpdateAliases => unreachable!(),
        }
    }

    fn change_config(&mut self, change: impl FnOnce(&mut Value)) {
        if let Some(config) = &mut self.config {
            change(config);
        }
    }

    fn remove_vector(&mut self, id: u64, name: &str) {
        let vectors = self.points.get_mut(&id).and_then(|point| point.vector.as_object_mut());
        vectors.and_then(|vectors| vectors.remove(name));
    }

    fn update_vectors(&mut self, args: &Value) {
        let before = self.points.clone();
        for update in args["points"].as_array().unwrap() {
            let id = update["id"].as_u64().unwrap();
            if !matches(&args["update_filter"], &before[&id]) {
                continue;
            }
            let point = self.points.get_mut(&id).unwrap();
            match (&mut point.vector, &update["vector"]) {
                (Value::Object(vectors), Value::Object(changes)) => vectors.extend(changes.clone()),
                (vector, change) => *vector = change.clone(),
            }
        }
    }

    fn upsert(&mut self, args: &Value) {
        let mode = args["update_mode"].as_str().unwrap_or("upsert");
        // All conditions are about what was there before; of points with the same id the last one counts.
        let before = self.points.clone();
        for (id, point) in points_of(args) {
            let existing = before.get(&id);
            let applies = match mode {
                "insert_only" => existing.is_none(),
                "update_only" => existing.is_some(),
                _ => true,
            };
            let passes = existing.is_none_or(|point| matches(&args["update_filter"], point));
            if applies && passes {
                self.points.insert(id, point);
            }
        }
    }

    fn change_payloads(&mut self, args: &Value, change: impl Fn(&mut Map<String, Value>)) {
        for id in self.selected(args) {
            if let Some(point) = self.points.get_mut(&id) {
                change(&mut point.payload);
            }
        }
    }

    fn selected(&self, args: &Value) -> Vec<u64> {
        match args["points"].as_array() {
            Some(ids) => ids.iter().map(|id| id.as_u64().unwrap()).collect(),
            None => {
                let found = self.points.iter().filter(|(_, point)| matches(&args["filter"], point));
                found.map(|(id, _)| *id).collect()
            }
        }
    }
}

/// The only filter that is used: `tag` is a number; or none.
fn matches(filter: &Value, point: &Point) -> bool {
    filter.is_null() || point.payload.get("tag") == Some(&filter["must"][0]["match"]["value"])
}

/// The points of an upsert, whether it has a list or columns.
fn points_of(args: &Value) -> Vec<(u64, Point)> {
    let payload = |value: &Value| value.as_object().cloned().unwrap_or_default();
    if let Some(points) = args["points"].as_array() {
        let point = |point: &Value| {
            let stored = Point { vector: point["vector"].clone(), payload: payload(&point["payload"]) };
            (point["id"].as_u64().unwrap(), stored)
        };
        return points.iter().map(point).collect();
    }
    let batch = &args["batch"];
    let ids = batch["ids"].as_array().unwrap().iter().enumerate();
    ids.map(|(row, id)| {
        let vector = match &batch["vectors"] {
            Value::Object(named) => {
                named.iter().map(|(name, column)| (name.clone(), column[row].clone())).collect()
            }
            plain => plain[row].clone(),
        };
        (id.as_u64().unwrap(), Point { vector, payload: payload(&batch["payloads"][row]) })
    })
    .collect()
}
