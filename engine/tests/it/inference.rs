//! Objects in the place of vectors: BM25 documents, and what no model makes a vector of.

use crate::common::{Store, ids, refusal};
use qdrant_embedded_engine::model::{
    BatchUpdate, QueryBatch, QueryGroups, QueryPoints, RecommendPoints, SearchPoints, UpdateVectors,
    UpsertPoints,
};
use serde_json::{Value, json};

const MODEL: &str = "qdrant/bm25";

fn store() -> Store {
    Store::new(json!({
        "vectors": { "dense": { "size": 2, "distance": "Dot" } },
        "sparse_vectors": { "text": { "modifier": "idf" }, "image": {} },
    }))
}

fn document(text: &str) -> Value {
    json!({ "text": text, "model": MODEL })
}

/// The stored vector `text` of a point.
fn vector_of(store: &Store, id: u64) -> Value {
    store.retrieve(json!({ "ids": [id], "with_vector": true }))[0]["vector"]["text"].clone()
}

/// The vector that a document becomes when it is stored, or why it does not.
fn embedded(document: Value) -> Result<Value, (u16, String)> {
    let store = store();
    let upsert =
        store.write::<UpsertPoints>(json!({ "points": [{ "id": 1, "vector": { "text": document } }] }));
    if upsert.is_err() {
        assert_eq!(store.count(), 0);
        return Err(refusal(upsert));
    }
    Ok(vector_of(&store, 1))
}

fn words(text: &str, options: Value) -> usize {
    let vector = embedded(json!({ "text": text, "model": MODEL, "options": options })).unwrap();
    vector["indices"].as_array().map_or(0, Vec::len)
}

fn animals() -> Store {
    let store = store();
    let texts = [
        "the quick brown fox jumps over the lazy dog",
        "a dog and another dog",
        "foxes are quick",
        "cats and birds",
        "birds sing",
    ];
    let points: Vec<_> = (1..).zip(texts).map(|(id, text)| json!({
        "id": id, "vector": { "text": document(text) }, "payload": { "kind": if id < 4 { "mammal" } else { "other" } },
    })).collect();
    store.upsert(json!(points));
    store
}

#[test]
fn documents_are_ranked_by_bm25() {
    let store = animals();
    let found = store.query(json!({ "query": document("DOGS, foxes"), "using": "text" }));
    assert_eq!(ids(&found), json!([1, 2, 3]));

    // By hand: idf ln((n - df + 0.5) / (df + 0.5) + 1), and the weight of a word in a text of `length` words.
    let idf = ((5.0f64 - 2.0 + 0.5) / 2.5 + 1.0).ln();
    let weight = |count: f64, length: f64| count * 2.2 / (1.2 * (0.25 + 0.75 * length / 256.0) + count);
    let expected = [2.0 * weight(1.0, 6.0), weight(2.0, 3.0), weight(1.0, 2.0)].map(|weight| weight * idf);
    for (point, expected) in found.as_array().unwrap().iter().zip(expected) {
        let score = point["score"].as_f64().unwrap();
        assert!((score - expected).abs() < 1e-4, "{score} is not {expected}");
    }
}

#[test]
fn the_names_of_the_model_are_equal() {
    let expected = embedded(document("two words")).unwrap();
    assert_eq!(expected["indices"].as_array().unwrap().len(), 2);
    for model in ["bm25", "BM25", "Qdrant/bm25", "QDRANT/BM25"] {
        assert_eq!(
            embedded(json!({ "text": "two words", "model": model, "options": null })).unwrap(),
            expected
        );
    }
}

#[test]
fn every_update_takes_documents() {
    let expected = embedded(document("two words")).unwrap();
    let store = store();
    let columns = json!({ "ids": [1, 2], "vectors": { "text": [document("two words"), expected] } });
    store.write::<UpsertPoints>(json!({ "batch": columns })).unwrap();
    let points =
        json!([{ "id": 3, "vector": { "dense": [1, 2] } }, { "id": 4, "vector": { "dense": [1, 2] } }]);
    store.upsert(points);
    let update = json!([{ "id": 3, "vector": { "text": document("two words") } }]);
    store.write::<UpdateVectors>(json!({ "points": update })).unwrap();
    let operations = json!([
        { "upsert": { "points": [{ "id": 5, "vector": { "text": document("two words") } }] } },
        { "update_vectors": { "points": [{ "id": 4, "vector": { "text": document("two words") } }] } },
    ]);
    store.write::<BatchUpdate>(json!({ "operations": operations })).unwrap();
    for id in 1..=5 {
        assert_eq!(vector_of(&store, id), expected, "{id}");
    }
}

#[test]
fn every_query_takes_documents() {
    let store = animals();
    let (fox, dog) = (document("fox"), document("dog"));
    let found = |query: Value| {
        let found = store.query(json!({ "query": query, "using": "text", "limit": 2 }));
        ids(&found)
    };
    assert_eq!(found(json!({ "nearest": dog })), json!([2, 1]));
    for strategy in ["average_vector", "best_score", "sum_scores"] {
        let recommend = json!({ "positive": [fox], "negative": [dog], "strategy": strategy });
        assert_eq!(found(json!({ "recommend": recommend }))[0], 3, "{strategy}");
    }
    let context = json!({ "positive": fox, "negative": dog });
    assert_eq!(found(json!({ "discover": { "target": document("quick"), "context": context } }))[0], 3);
    assert!(found(json!({ "context": [context] })).as_array().unwrap().contains(&json!(3)));
    let feedback = json!({
        "target": fox, "feedback": [{ "example": document("quick"), "score": 0.9 }, { "example": dog, "score": 0.1 }],
        "strategy": { "naive": { "a": 1.0, "b": 1.0, "c": 1.0 } },
    });
    assert_eq!(found(json!({ "relevance_feedback": feedback }))[0], 3);
}

#[test]
fn prefetches_batches_and_groups_take_documents() {
    let store = animals();
    let dog = json!({ "query": document("dog"), "using": "text", "limit": 1 });
    let birds = json!({ "prefetch": { "query": document("birds"), "using": "text" }, "query": document("birds"), "using": "text" });
    let both = store.query(json!({ "prefetch": [dog, birds], "query": { "fusion": "rrf" } }));
    let mut both: Vec<_> =
        both.as_array().unwrap().iter().map(|point| point["id"].as_u64().unwrap()).collect();
    both.sort_unstable();
    assert_eq!(both, [2, 4, 5]);
    let answers = store.read::<QueryBatch>(json!({ "searches": [dog, birds] })).unwrap();
    assert_eq!(ids(&answers[0]["points"]), json!([2]));
    assert_eq!(ids(&answers[1]["points"]).as_array().unwrap().len(), 2);
    let groups =
        json!({ "query": document("dogs and birds"), "using": "text", "group_by": "kind", "group_size": 1 });
    store.index("kind", json!("keyword"));
    let groups = store.read::<QueryGroups>(groups).unwrap()["groups"].take();
    assert_eq!(groups.as_array().unwrap().len(), 2);
    assert!(groups.as_array().unwrap().iter().all(|group| group["hits"].as_array().unwrap().len() == 1));
}

#[test]
fn vectors_may_have_the_names_of_the_fields() {
    let store = store();
    let vector = json!({ "text": document("two words"), "image": { "indices": [1], "values": [0.5] } });
    store.upsert(json!([{ "id": 1, "vector": vector }]));
    let stored = store.retrieve(json!({ "ids": [1], "with_vector": true }))[0]["vector"].clone();
    assert_eq!(stored["image"], json!({ "indices": [1], "values": [0.5] }));
    assert_eq!(stored["text"], embedded(document("two words")).unwrap());
}

#[test]
fn options_change_the_words_of_a_text() {
    let text = "The foxes and the fox of São Paulo";
    assert_eq!(words(text, json!({})), 3);
    let plain = json!({ "stemmer": { "type": "none" }, "stopwords": { "custom": ["paulo"] } });
    assert_eq!(words(text, plain), 6);
    assert_eq!(words("são sao", json!({ "ascii_folding": true })), 1);
    assert_eq!(words("Word word", json!({ "lowercase": false })), 2);
    assert_eq!(words("a1 b22 c333", json!({ "min_token_len": 3, "max_token_len": 3 })), 1);
    assert_eq!(words("der Hund die Hunde", json!({ "language": "german" })), 1);
    assert_eq!(words("well-known", json!({ "tokenizer": "whitespace" })), 1);
    let lengths = [json!({ "k": 0 }), json!({ "avg_len": 1, "b": 1 })];
    let weights = lengths.map(|options| {
        embedded(json!({ "text": "fox", "model": MODEL, "options": options })).unwrap()["values"][0].clone()
    });
    assert_eq!(weights, [json!(1.0), json!(1.0)]);
}

#[test]
fn an_unknown_language_has_no_stop_words_and_no_stemmer() {
    let text = "the foxes the fox";
    assert_eq!(words(text, json!({})), 1);
    assert_eq!(words(text, json!({ "language": "klingon" })), 3);
    assert_eq!(words(text, json!({ "language": "none", "stopwords": "english" })), 2);
    let snowball = json!({ "type": "snowball", "language": "english" });
    assert_eq!(words(text, json!({ "language": "none", "stemmer": snowball })), 2);
}

#[test]
fn bad_options_are_refused_by_their_name() {
    let error =
        |options: Value| embedded(json!({ "text": "t", "model": MODEL, "options": options })).unwrap_err();
    let cases = [
        (json!({ "b": 1, "k": "x" }), "Invalid BM25 config: k: invalid type: string \"x\""),
        (json!({ "tokenizer": "none" }), "Invalid BM25 config: tokenizer: unknown variant `none`"),
        (json!({ "stemmer": "english" }), "Invalid BM25 config: stemmer: data did not match"),
        (json!({ "min_token_len": -1 }), "Invalid BM25 config: min_token_len: invalid value"),
        (json!({ "k": -1 }), "BM25 k1 must be finite and >= 0, got -1"),
        (json!({ "b": 1.5 }), "BM25 b must be finite and in [0.0, 1.0], got 1.5"),
        (json!({ "avg_len": 0 }), "BM25 avg_doc_len must be finite and > 0, got 0"),
    ];
    for (options, expected) in cases {
        let (status, text) = error(options);
        assert_eq!(status, 400);
        assert!(text.starts_with(&format!("Wrong input: {expected}")), "{text}");
    }
}

#[test]
fn what_is_no_document_of_a_known_model_is_refused() {
    let uninitialized = "Service internal error: InferenceService is not initialized. Please check if it was \
                         properly configured and initialized during startup.";
    let unknown = [
        json!({ "text": "t", "model": "sentence-transformers/all-minilm-l6-v2" }),
        json!({ "image": "data", "model": "clip" }),
        json!({ "object": { "a": [1, 2] }, "model": "m", "options": { "o": 1 } }),
    ];
    let store = store();
    for object in unknown {
        assert_eq!(embedded(object.clone()), Err((500, uninitialized.to_owned())));
        let query = store.read::<QueryPoints>(json!({ "query": object, "using": "text" }));
        assert_eq!(refusal(query), (500, uninitialized.to_owned()));
    }
    let image = json!({ "image": "data", "model": "Qdrant/bm25" });
    let no_text = "Wrong input: Only text input is supported for Qdrant/bm25.";
    assert_eq!(embedded(image), Err((400, no_text.to_owned())));
    let (status, text) = embedded(json!({ "text": "t", "model": "" })).unwrap_err();
    assert_eq!(status, 422);
    assert_eq!(
        text,
        "Validation error in JSON body: [points[0].vector.?.model: value \"\" invalid, must be at least 1 characters]"
    );
}

#[test]
fn a_document_needs_the_name_of_a_vector() {
    let store = store();
    let upsert = json!({ "points": [{ "id": 1, "vector": document("t") }] });
    let expected = (400, "Bad request: Sparse vector should be named".to_owned());
    assert_eq!(refusal(store.write::<UpsertPoints>(upsert)), expected);
    let batch = |object: Value| {
        refusal(store.write::<UpsertPoints>(json!({ "batch": { "ids": [1], "vectors": [object] } })))
    };
    let update = |object: Value| {
        refusal(store.write::<UpdateVectors>(json!({ "points": [{ "id": 1, "vector": object }] })))
    };
    for (kind, object) in [
        ("Document", document("t")),
        ("Image", json!({ "image": "i", "model": "m" })),
        ("Object", json!({ "object": 1, "model": "m" })),
    ] {
        let text = format!("{kind} processing is not supported in batch operations.");
        assert_eq!(batch(object.clone()), (400, text));
        assert_eq!(update(object), (400, format!("{kind} processing is not supported for point vectors.")));
    }
    assert_eq!(store.count(), 0);
}

#[test]
fn a_document_is_checked_as_the_vector_that_it_becomes() {
    let store = store();
    let upsert =
        |vector: Value| store.write::<UpsertPoints>(json!({ "points": [{ "id": 1, "vector": vector }] }));
    let sparse = json!({ "indices": [1], "values": [1.0] });
    for vector in ["dense", "none"] {
        let given = refusal(upsert(json!({ vector: sparse })));
        assert_eq!(refusal(upsert(json!({ vector: document("t") }))), given);
        let query =
            |query: Value| refusal(store.read::<QueryPoints>(json!({ "query": query, "using": vector })));
        assert_eq!(query(document("t")), query(sparse.clone()));
    }
    let strict = Store::new(json!({
        "sparse_vectors": { "text": {} },
        "strict_mode_config": { "enabled": true, "sparse_config": { "text": { "max_length": 2 } } },
    }));
    let points = json!({ "points": [{ "id": 1, "vector": { "text": document("one dog, four birds") } }] });
    let (status, text) = refusal(strict.write::<UpsertPoints>(points));
    assert_eq!(status, 400);
    assert!(text.contains("Sparse vector 'text' has a limit of 2 indices, but 4 were provided"), "{text}");
}

#[test]
fn a_refused_document_keeps_the_whole_batch_from_being_written() {
    let store = store();
    let bad = json!({ "text": "t", "model": MODEL, "options": { "k": -1 } });
    let operations = json!([
        { "upsert": { "points": [{ "id": 1, "vector": { "text": document("t") } }] } },
        { "upsert": { "points": [{ "id": 2, "vector": { "text": bad } }] } },
    ]);
    assert_eq!(refusal(store.write::<BatchUpdate>(json!({ "operations": operations }))).0, 400);
    assert_eq!(store.count(), 0);
}

#[test]
fn the_requests_of_older_clients_take_no_documents() {
    let store = animals();
    for vector in [document("dog"), json!({ "name": "text", "vector": document("dog") })] {
        let (status, text) = refusal(store.read::<SearchPoints>(json!({ "vector": vector, "limit": 1 })));
        assert_eq!(status, 400);
        assert!(text.ends_with("untagged enum NamedVectorStruct"), "{text}");
    }
    let (status, text) = refusal(store.read::<RecommendPoints>(json!({ "positive": [document("dog")] })));
    assert_eq!(status, 400);
    assert!(text.ends_with("untagged enum RecommendExample"), "{text}");
}
