//! Filters select the same points whatever state the collection is in.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{TestCaseError, TestError};
use qdrant_embedded_engine::model::{CountPoints, DeletePoints};
use serde_json::{Value, json};

use super::evaluator::{Indexes, Point, matches, none};
use super::generator::{DENSE_SIZE, fields, filter, index_type, points};
use super::runs::{runner, seeds};
use crate::common::Store;

const FILTERS: u32 = 60;

/// Settings of a collection that is optimized with every vector indexed, or never.
pub fn settings(optimized: bool) -> Value {
    json!({
        "vectors": {
            "dense": { "size": DENSE_SIZE, "distance": "Dot" },
            "multi": { "size": 2, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } },
        },
        "sparse_vectors": { "sparse": {} },
        "hnsw_config": { "full_scan_threshold": 10 },
        "optimizers_config": if optimized {
            json!({ "indexing_threshold": 1, "default_segment_number": 1 })
        } else {
            json!({ "max_optimization_threads": 0 })
        },
    })
}

fn id_set(points: &Value) -> BTreeSet<String> {
    points.as_array().unwrap().iter().map(|point| point["id"].to_string()).collect()
}

fn expected(filter: &Value, points: &[Point], indexes: Indexes) -> BTreeSet<String> {
    points.iter().filter(|point| matches(filter, point, indexes)).map(|point| point.id.to_string()).collect()
}

fn show(ids: &BTreeSet<String>, points: &[Point]) -> String {
    let shown = points.iter().filter(|point| ids.contains(&point.id.to_string()));
    shown.map(|point| format!("\n  {} {}", point.id, Value::Object(point.payload.clone()))).collect()
}

/// Compares the answers of the store with the model's.
fn check(store: &Store, points: &[Point], indexes: Indexes, filter: &Value) -> Result<(), TestCaseError> {
    let expected = expected(filter, points, indexes);
    let found = id_set(&store.scroll(json!({ "filter": filter, "limit": 1000 }))["points"]);
    if found != expected {
        let missing: BTreeSet<_> = expected.difference(&found).cloned().collect();
        let wrong: BTreeSet<_> = found.difference(&expected).cloned().collect();
        let text = format!("missing:{}\nwrong:{}", show(&missing, points), show(&wrong, points));
        return Err(TestCaseError::fail(text));
    }
    let counted = store.read::<CountPoints>(json!({ "filter": filter })).unwrap();
    if counted["count"] != expected.len() {
        return Err(TestCaseError::fail(format!("counted {counted}, not {}", expected.len())));
    }
    let query = json!({ "query": vec![1.0; DENSE_SIZE], "using": "dense", "filter": filter, "limit": 1000, "params": { "exact": true } });
    let queried = id_set(&store.query(query));
    let with_vector: BTreeSet<_> = points
        .iter()
        .filter(|point| point.vector.contains_key("dense"))
        .map(|point| point.id.to_string())
        .collect();
    let expected: BTreeSet<_> = expected.intersection(&with_vector).cloned().collect();
    if queried != expected {
        return Err(TestCaseError::fail(format!("queried {queried:?}, not {expected:?}")));
    }
    Ok(())
}

fn check_all(state: &str, seed: u64, store: &Store, points: &[Point], indexes: Indexes) {
    let outcome = runner(seed, FILTERS).run(&filter(2), |filter| check(store, points, indexes, &filter));
    if let Err(TestError::Fail(reason, filter)) = outcome {
        panic!("seed {seed}, {state}: {filter}\n{reason}");
    }
    outcome.unwrap();
}

fn upsert(store: &Store, points: &[Point]) {
    let points: Value = points
        .iter()
        .map(|Point { id, vector, payload }| json!({ "id": id, "vector": vector, "payload": payload }))
        .collect();
    store.upsert(points);
}

fn index_all(store: &Store) {
    for (field, schema) in fields() {
        store.index(field, schema);
    }
}

fn points_of(seed: u64) -> Vec<Point> {
    points().new_tree(&mut runner(seed, 1)).unwrap().current()
}

#[test]
fn a_filter_selects_what_it_says_without_indexes_with_them_and_after_reopening() {
    for seed in seeds(4) {
        let points = points_of(seed);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_in(folder.path(), settings(false));
        upsert(&store, &points);
        check_all("without indexes", seed, &store, &points, none);
        index_all(&store);
        check_all("with indexes", seed, &store, &points, index_type);
        drop(store);
        check_all("with indexes, reopened", seed, &Store::open(folder.path()), &points, index_type);
    }
}

#[test]
fn a_filter_selects_what_it_says_in_an_optimized_collection() {
    for seed in seeds(4) {
        let points = points_of(seed);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_in(folder.path(), settings(true));
        upsert(&store, &points);
        store.wait_until_optimized();
        check_all("optimized", seed, &store, &points, none);
        index_all(&store);
        store.wait_until_optimized();
        check_all("optimized, with indexes", seed, &store, &points, index_type);
        drop(store);
        check_all(
            "optimized, with indexes, reopened",
            seed,
            &Store::open(folder.path()),
            &points,
            index_type,
        );
    }
}

#[test]
fn a_filter_selects_what_it_says_when_the_optimizer_builds_the_indexes() {
    for seed in seeds(4) {
        let points = points_of(seed);
        let store = Store::new(settings(true));
        index_all(&store);
        upsert(&store, &points);
        store.wait_until_optimized();
        check_all("indexed, then optimized", seed, &store, &points, index_type);
    }
}

#[test]
fn a_filter_deletes_what_it_selects_and_nothing_else() {
    for seed in seeds(4) {
        let mut points = points_of(seed);
        let store = Store::new(settings(seed % 2 == 0));
        upsert(&store, &points);
        index_all(&store);
        let mut runner = runner(seed, 1);
        for _ in 0..12 {
            let filter = filter(1).new_tree(&mut runner).unwrap().current();
            points.retain(|point| !matches(&filter, point, index_type));
            store.write::<DeletePoints>(json!({ "filter": filter, "wait": true })).unwrap();
            let left = id_set(&store.scroll(json!({ "limit": 1000 }))["points"]);
            let expected: BTreeSet<_> = points.iter().map(|point| point.id.to_string()).collect();
            assert_eq!(left, expected, "seed {seed}, {filter}");
        }
    }
}
