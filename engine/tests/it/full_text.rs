//! What each setting of a full-text index does, in collections that were just written, optimized, and reopened.

use qdrant_embedded_engine::collection::GetCollection;
use qdrant_embedded_engine::model::CreatePayloadIndex;
use serde_json::{Value, json};

use crate::common::{Store, ids, refusal};

/// Asserts which of the values of `t`, counted from 0, each condition selects, whatever the state.
fn assert_selected(schema: Value, values: &[Value], conditions: &[(Value, &[u64])]) {
    let check = |state: &str, store: &Store| {
        for (condition, expected) in conditions {
            let filter = json!({ "must": { "key": "t", "match": condition } });
            let found = ids(&store.scroll(json!({ "filter": filter }))["points"]);
            assert_eq!(found, json!(expected), "{condition} by {schema}, {state}");
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_in(
        folder.path(),
        json!({
            "vectors": { "size": 16, "distance": "Dot" },
            "hnsw_config": { "full_scan_threshold": 10 },
            "optimizers_config": { "indexing_threshold": 1, "default_segment_number": 1 },
        }),
    );
    store.index("t", schema.clone());
    let points = values.iter().enumerate();
    let points =
        points.map(|(id, value)| json!({ "id": id, "vector": (vec![0.5; 16]), "payload": { "t": value } }));
    store.upsert(points.collect());
    check("just written", &store);
    // Enough to be worth an index.
    store.upsert((1000..1040).map(|id| json!({ "id": id, "vector": (vec![0.25; 16]) })).collect());
    store.wait_until_optimized();
    check("optimized", &store);
    drop(store);
    check("reopened", &Store::open(folder.path()));
}

fn text(words: &str) -> Value {
    json!({ "text": words })
}

#[test]
fn a_stemmer_finds_the_other_forms_of_a_word() {
    let values = [json!("She was running"), json!("he runs"), json!("a runner")];
    let stemmer = json!({ "type": "snowball", "language": "english" });
    assert_selected(
        json!({ "type": "text", "stemmer": stemmer }),
        &values,
        &[(text("run"), &[0, 1]), (text("runs"), &[0, 1]), (text("runner"), &[2])],
    );
    assert_selected(
        json!({ "type": "text", "stemmer": { "type": "none" } }),
        &values,
        &[(text("run"), &[]), (text("runs"), &[1])],
    );
    let french = json!({ "type": "snowball", "language": "french" });
    let values = [json!("des chevaux continuellement"), json!("un cheval")];
    assert_selected(json!({ "type": "text", "stemmer": french }), &values, &[(text("continuel"), &[0])]);
}

#[test]
fn stopwords_are_neither_indexed_nor_looked_for() {
    let values = [json!("the cat and the dog"), json!("a dog"), json!("ein Hund und der Igel")];
    assert_selected(
        json!({ "type": "text", "stopwords": "english" }),
        &values,
        &[(text("the"), &[]), (text("the dog"), &[0, 1]), (text("und"), &[2])],
    );
    assert_selected(
        json!({ "type": "text", "stopwords": { "languages": ["english", "german"], "custom": ["Igel"] } }),
        &values,
        &[(text("igel"), &[]), (text("der Hund"), &[2]), (text("und"), &[])],
    );
    assert_selected(json!({ "type": "text" }), &values, &[(text("the"), &[0]), (text("the dog"), &[0])]);
}

#[test]
fn languages_without_spaces_are_split_into_words() {
    let values = [json!("今天是星期六"), json!("日本語の本を読む"), json!("สวัสดีครับ"), json!("Saturday")];
    assert_selected(
        json!({ "type": "text", "tokenizer": "multilingual" }),
        &values,
        &[(text("星期六"), &[0]), (text("今天"), &[0]), (text("日本語"), &[1]), (text("saturday"), &[3])],
    );
    assert_selected(
        json!({ "type": "text", "tokenizer": "word" }),
        &values,
        &[(text("星期六"), &[]), (text("今天是星期六"), &[0])],
    );
}

#[test]
fn accents_and_capitals_count_as_the_settings_say() {
    let values = [json!("Ação e Coração"), json!("acao")];
    assert_selected(
        json!({ "type": "text", "ascii_folding": true }),
        &values,
        &[(text("acao"), &[0, 1]), (text("AÇÃO"), &[0, 1])],
    );
    assert_selected(json!({ "type": "text" }), &values, &[(text("acao"), &[1]), (text("AÇÃO"), &[0])]);
    assert_selected(
        json!({ "type": "text", "lowercase": false }),
        &values,
        &[(text("ação"), &[]), (text("Ação"), &[0])],
    );
}

#[test]
fn a_phrase_is_in_one_text_of_a_list() {
    let values = [json!(["brown fox", "jumps over"]), json!("fox jumps"), json!(["jumps", "fox"])];
    let phrase = |words: &str| json!({ "phrase": words });
    assert_selected(
        json!({ "type": "text", "phrase_matching": true }),
        &values,
        &[
            (phrase("brown fox"), &[0]),
            (phrase("fox jumps"), &[1]),
            (phrase("jumps fox"), &[]),
            (phrase("over"), &[0]),
            (json!({ "text_any": "brown jumps" }), &[0, 1, 2]),
        ],
    );
}

#[test]
fn the_settings_are_shown_as_they_were_given() {
    let store = Store::of_plain_points();
    let schema = json!({
        "type": "text", "tokenizer": "prefix", "min_token_len": 2, "max_token_len": 9, "lowercase": false,
        "ascii_folding": true, "phrase_matching": true, "on_disk": true,
        "stopwords": { "languages": ["english"], "custom": ["x"] },
        "stemmer": { "type": "snowball", "language": "english" },
    });
    store.index("t", schema.clone());
    let shown = store.read::<GetCollection>(json!({})).unwrap();
    assert_eq!(shown["payload_schema"]["t"]["params"], schema);
}

#[test]
fn settings_that_are_none_are_refused() {
    let store = Store::of_plain_points();
    for (name, value) in [
        ("tokenizer", json!("letters")),
        ("stopwords", json!("klingon")),
        ("stopwords", json!({ "languages": ["klingon"] })),
        ("stemmer", json!({ "type": "snowball", "language": "klingon" })),
        ("min_token_len", json!(-1)),
        ("lowercase", json!("yes")),
    ] {
        let mut schema = json!({ "type": "text" });
        schema[name] = value;
        let request = json!({ "field_name": "t", "field_schema": schema });
        let (status, error) = refusal(store.write::<CreatePayloadIndex>(request));
        assert_eq!(status, 400, "{name}: {error}");
        assert_eq!(store.read::<GetCollection>(json!({})).unwrap()["payload_schema"], json!({}));
    }
}
