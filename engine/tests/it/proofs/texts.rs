//! A full-text index of any settings selects the texts that the settings say.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use super::filters::settings;
use super::generator::{DENSE_SIZE, text};
use super::runs::{runner, seeds};
use super::tokens::TextIndex;
use crate::common::{Store, ids};

const QUERIES: usize = 40;

/// Settings of an index, texts, and what to look for in them.
fn cases() -> impl Strategy<Value = (Value, Vec<Value>, Vec<(&'static str, Value)>)> {
    let schema = (
        select(vec!["word", "whitespace", "prefix"]),
        proptest::option::of(any::<bool>()),
        proptest::option::of(1..3u32),
        proptest::option::of(3..7u32),
        subsequence(vec!["the", "fox", "a", "Quick"], 0..3),
    )
        .prop_map(|(tokenizer, lowercase, min_token_len, max_token_len, stopwords)| {
            json!({
                "type": "text",
                "tokenizer": tokenizer,
                "lowercase": lowercase,
                "min_token_len": min_token_len,
                "max_token_len": max_token_len,
                "stopwords": { "custom": stopwords },
                "phrase_matching": true,
            })
        });
    let query = (select(vec!["text", "text_any", "phrase"]), prop_oneof![3 => text(), 1 => beginning()]);
    (schema, vec(text(), 25..40), vec(query, QUERIES))
}

/// What somebody has typed so far.
fn beginning() -> impl Strategy<Value = Value> {
    select(vec!["qui", "QU", "b", "brown f", "straß", "lazy do", "к"]).prop_map(Value::from)
}

fn check(state: &str, seed: u64, store: &Store, schema: &Value, texts: &[Value], queries: &[(&str, Value)]) {
    let index = TextIndex::new(schema);
    for (kind, query) in queries {
        let words = query.as_str().unwrap();
        let selected = texts.iter().enumerate().filter(|(_, text)| {
            let text = text.as_str().unwrap();
            match *kind {
                "text" => index.has_all(text, words),
                "text_any" => index.has_any(text, words),
                _ => index.has_phrase(text, words),
            }
        });
        let expected: BTreeSet<u64> = selected.map(|(id, _)| id as u64).collect();
        let filter = json!({ "must": { "key": "t", "match": { *kind: query } } });
        let found = ids(&store.scroll(json!({ "filter": filter, "limit": 1000 }))["points"]);
        let found: BTreeSet<u64> = found.as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        assert_eq!(found, expected, "seed {seed}, {state}: {kind} {query} by {schema} in {texts:#?}");
    }
}

#[test]
fn a_text_is_selected_by_the_words_that_the_settings_of_its_index_make() {
    for seed in seeds(24) {
        let (schema, texts, queries) = cases().new_tree(&mut runner(seed, 1)).unwrap().current();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_in(folder.path(), settings(true));
        store.index("t", schema.clone());
        let points = texts.iter().enumerate().map(|(id, text)| {
            json!({ "id": id, "vector": { "dense": (vec![0.5; DENSE_SIZE]) }, "payload": { "t": text } })
        });
        store.upsert(points.collect());
        check("written or optimized", seed, &store, &schema, &texts, &queries);
        store.wait_until_optimized();
        check("optimized", seed, &store, &schema, &texts, &queries);
        drop(store);
        check("reopened", seed, &Store::open(folder.path()), &schema, &texts, &queries);
    }
}
