//! Models of the program: objects in the place of vectors, of which its service makes the vectors.

use std::sync::Arc;

use parking_lot::Mutex;
use qdrant_embedded_engine::model::{
    BatchUpdate, CountPoints, CreateCollection, InferenceInput, QueryBatch, QueryGroups, QueryPoints,
    SetPayload, UpdateVectors, UpsertPoints, Vector,
};
use qdrant_embedded_engine::qdrant_edge::SparseVector;
use qdrant_embedded_engine::{
    Config, CreateCollectionNamed, Error, InferenceBatch, InferenceFuture, InferenceService, Purpose,
    QdrantInstance, Touches,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::common::{Store, ids, parse, refusal};

/// Counts the letters a to h of a text. The model says in what form, and what goes wrong.
#[derive(Debug)]
struct Letters {
    /// The calls so far.
    calls: Mutex<Vec<Vec<InferenceBatch>>>,
    /// One permit for each call that may be answered.
    gate: Arc<Semaphore>,
}

impl Letters {
    fn open() -> Arc<Self> {
        Self::with_gate(Semaphore::MAX_PERMITS)
    }

    /// Answers no call until it is let.
    fn closed() -> Arc<Self> {
        Self::with_gate(0)
    }

    fn with_gate(permits: usize) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::default(), gate: Arc::new(Semaphore::new(permits)) })
    }

    fn calls(&self) -> Vec<Vec<InferenceBatch>> {
        self.calls.lock().clone()
    }
}

impl InferenceService for Letters {
    fn infer(&self, batches: Vec<InferenceBatch>) -> InferenceFuture {
        self.calls.lock().push(batches.clone());
        let gate = self.gate.clone();
        Box::pin(async move {
            gate.acquire().await.map_err(|_| Error::Closed)?.forget();
            batches.iter().map(vectors).collect()
        })
    }
}

fn vectors(batch: &InferenceBatch) -> Result<Vec<Vector>, Error> {
    let texts = batch.inputs.iter().map(|input| match input {
        InferenceInput::Text(text) => text.clone(),
        InferenceInput::Image(value) | InferenceInput::Object(value) => value["letters"].to_string(),
    });
    match batch.model.as_str() {
        "broken" => Err(Error::Inference("model `broken` is broken".to_owned())),
        "panics" => panic!("no letters"),
        "lazy" => Ok(Vec::new()),
        "sparse" => Ok(texts.map(|text| sparse(&text)).collect()),
        "rows" => Ok(texts.map(|text| Vector::MultiDense(vec![letters(&text); 2])).collect()),
        _ => Ok(texts.map(|text| Vector::Dense(letters(&text))).collect()),
    }
}

fn letters(text: &str) -> Vec<f32> {
    ('a'..='h').map(|letter| text.matches(letter).count() as f32).collect()
}

fn sparse(text: &str) -> Vector {
    let (indices, values) = (0..).zip(letters(text)).filter(|(_, count)| *count > 0.0).unzip();
    Vector::Sparse(SparseVector { indices, values })
}

fn settings() -> Value {
    let rows = json!({ "size": 8, "distance": "Dot", "multivector_config": { "comparator": "max_sim" } });
    json!({
        "vectors": { "dense": { "size": 8, "distance": "Dot" }, "rows": rows, "short": { "size": 2, "distance": "Dot" } },
        "sparse_vectors": { "sparse": {}, "words": { "modifier": "idf" } },
    })
}

fn text(text: &str) -> Value {
    json!({ "text": text, "model": "letters" })
}

fn stored(store: &Store, id: u64, vector: &str) -> Value {
    store.retrieve(json!({ "ids": [id], "with_vector": true }))[0]["vector"][vector].clone()
}

#[test]
fn every_write_stores_the_vectors_that_the_service_makes() {
    let store = Store::with_models(Letters::open(), settings());
    let bad = json!(letters("bad"));
    let image = json!({ "image": { "letters": "bad" }, "model": "letters" });
    let object = json!({ "object": { "letters": "bad" }, "model": "letters", "options": { "loud": true } });
    store.upsert(
        json!([{ "id": 1, "vector": { "dense": text("bad") } }, { "id": 2, "vector": { "dense": image } }]),
    );
    let columns = json!({ "batch": { "ids": [3, 4], "vectors": { "dense": [object, letters("cab")] } } });
    store.write::<UpsertPoints>(columns).unwrap();
    let update = json!([{ "id": 4, "vector": { "dense": text("bad") } }]);
    store.write::<UpdateVectors>(json!({ "points": update })).unwrap();
    let upsert = json!([{ "id": 5, "vector": { "dense": text("bad") } }, { "id": 6, "vector": {} }]);
    let update = json!([{ "id": 6, "vector": { "dense": text("bad") } }]);
    let operations = json!([{ "upsert": { "points": upsert } }, { "update_vectors": { "points": update } }]);
    store.write::<BatchUpdate>(json!({ "operations": operations })).unwrap();
    for id in 1..=6 {
        assert_eq!(stored(&store, id, "dense"), bad, "point {id}");
    }
    let vector = json!({
        "sparse": { "text": "bad", "model": "sparse" }, "rows": { "text": "bad", "model": "rows" },
        "words": { "text": "a bad word", "model": "qdrant/bm25" },
    });
    store.upsert(json!([{ "id": 7, "vector": vector }]));
    assert_eq!(stored(&store, 7, "rows"), json!([bad, bad]));
    assert_eq!(stored(&store, 7, "sparse"), json!({ "indices": [0, 1, 3], "values": [1.0, 1.0, 1.0] }));
    assert_eq!(stored(&store, 7, "words")["indices"].as_array().unwrap().len(), 2);
}

#[test]
fn the_default_vector_of_a_listed_point_may_be_an_object() {
    let store = Store::with_models(Letters::open(), json!({ "vectors": { "size": 8, "distance": "Dot" } }));
    store.upsert(json!([{ "id": 1, "vector": text("bad") }, { "id": 2, "vector": text("egg") }]));
    assert_eq!(ids(&store.query(json!({ "query": text("e"), "limit": 1 }))), json!([2]));
}

#[test]
fn every_query_finds_what_the_vectors_of_its_objects_find() {
    let store = Store::with_models(Letters::open(), settings());
    let texts = ["bad", "cab", "egg", "head", "edge"];
    let point = |(id, word): (usize, &str)| json!({ "id": id, "vector": { "dense": text(word), "rows": { "text": word, "model": "rows" } }, "payload": { "kind": id % 2 } });
    store.upsert(texts.into_iter().enumerate().map(point).collect());
    store.index("kind", json!("integer"));
    let forms = |object: &dyn Fn(&str) -> Value| {
        let [egg, bad, cab] = ["egg", "bad", "cab"].map(object);
        let pair = json!({ "positive": egg, "negative": bad });
        let feedback = json!({
            "target": egg, "feedback": [{ "example": bad, "score": 0.9 }, { "example": cab, "score": 0.1 }],
            "strategy": { "naive": { "a": 1.0, "b": 1.0, "c": 1.0 } },
        });
        [
            json!(egg),
            json!({ "nearest": egg, "mmr": { "diversity": 0.5 } }),
            json!({ "recommend": { "positive": [egg, 2], "negative": [bad], "strategy": "best_score" } }),
            json!({ "discover": { "target": egg, "context": [pair] } }),
            json!({ "context": pair }),
            json!({ "relevance_feedback": feedback }),
        ]
    };
    let objects = forms(&|word| text(word));
    let given = forms(&|word| json!(letters(word)));
    for (object, vector) in objects.iter().zip(&given) {
        let request = |query: &Value| json!({ "query": query, "using": "dense" });
        let expected = store.query(request(vector));
        assert!(!expected.as_array().unwrap().is_empty());
        assert_eq!(store.query(request(object)), expected, "{object}");
        let searches = |query: &Value| json!({ "searches": [request(query), request(query)] });
        let batch = |query: &Value| store.read::<QueryBatch>(searches(query)).unwrap();
        assert_eq!(batch(object), batch(vector));
    }
    let prefetched = |query: Value| {
        let prefetch = json!([{ "prefetch": { "query": query, "using": "dense", "limit": 4 }, "query": query, "using": "dense" }]);
        store.query(json!({ "prefetch": prefetch, "query": { "fusion": "rrf" } }))
    };
    assert_eq!(prefetched(text("egg")), prefetched(json!(letters("egg"))));
    let groups = |query: Value| {
        store.read::<QueryGroups>(json!({ "query": query, "using": "dense", "group_by": "kind" })).unwrap()
    };
    assert_eq!(groups(text("egg")), groups(json!(letters("egg"))));
    let rows = json!({ "text": "egg", "model": "rows" });
    let [found, expected] = [rows, json!([letters("egg"), letters("egg")])]
        .map(|query| store.query(json!({ "query": query, "using": "rows" })));
    assert_eq!(found, expected);
}

#[test]
fn a_request_is_one_call_with_each_input_once_by_model_and_options() {
    let letters = Letters::open();
    let store = Store::with_models(letters.clone(), settings());
    let loud = json!({ "text": "egg", "model": "letters", "options": { "loud": true } });
    let upsert = |id: u64, dense: Value| json!({ "upsert": { "points": [{ "id": id, "vector": { "dense": dense } }] } });
    let operations = [text("egg"), text("bad"), loud.clone(), text("egg")];
    let operations: Vec<_> = (1..).zip(operations).map(|(id, dense)| upsert(id, dense)).collect();
    store.write::<BatchUpdate>(json!({ "operations": operations })).unwrap();
    let batch = |purpose, words: &[&str], options: Value| InferenceBatch {
        model: "letters".to_owned(),
        options: options.as_object().cloned(),
        purpose,
        inputs: words.iter().map(|word| InferenceInput::Text((*word).to_owned())).collect(),
    };
    let expected = vec![
        batch(Purpose::Update, &["egg", "bad"], Value::Null),
        batch(Purpose::Update, &["egg"], json!({ "loud": true })),
    ];
    assert_eq!(letters.calls(), [expected]);
    store.query(
        json!({ "query": { "recommend": { "positive": [text("egg"), text("egg")] } }, "using": "dense" }),
    );
    assert_eq!(letters.calls()[1], [batch(Purpose::Search, &["egg"], Value::Null)]);
    store.upsert(json!([{ "id": 9, "vector": { "words": { "text": "egg", "model": "bm25" } } }]));
    assert_eq!(letters.calls().len(), 2, "BM25 needs no service");
}

#[test]
fn a_wrong_dimension_or_kind_names_the_model_and_writes_nothing() {
    let store = Store::with_models(Letters::open(), settings());
    let wrong = |vector: &str, object: Value| {
        let points = json!([
            { "id": 1, "vector": { "dense": text("bad") } },
            { "id": 2, "vector": { vector: object } },
        ]);
        let write = refusal(store.write::<UpsertPoints>(json!({ "points": points })));
        assert_eq!(store.count(), 0);
        assert_eq!(refusal(store.read::<QueryPoints>(json!({ "query": object, "using": vector }))), write);
        write
    };
    let dimension = "Wrong input: Vector dimension error: expected dim: 2, got 8 for vector 'short', made by model `letters`";
    assert_eq!(wrong("short", text("bad")), (400, dimension.to_owned()));
    for (vector, model) in [("sparse", "letters"), ("dense", "sparse"), ("dense", "rows")] {
        let (status, reason) = wrong(vector, json!({ "text": "bad", "model": model }));
        assert_eq!(status, 400);
        assert!(reason.ends_with(&format!(" for vector '{vector}', made by model `{model}`")), "{reason}");
    }
    let missing = json!({ "query": text("bad"), "using": "none" });
    let expected = (400, "Wrong input: Not existing vector name error: none".to_owned());
    assert_eq!(refusal(store.read::<QueryPoints>(missing)), expected);
}

#[test]
fn what_goes_wrong_in_the_service_refuses_the_request() {
    let letters = Letters::open();
    let store = Store::with_models(letters.clone(), settings());
    for (model, expected) in [
        ("broken", (400, "model `broken` is broken")),
        ("panics", (500, "Service internal error: the operation panicked: no letters")),
        (
            "lazy",
            (500, "Service internal error: the inference service did not make one vector of each input"),
        ),
    ] {
        let object = json!({ "text": "bad", "model": model });
        let expected = (expected.0, expected.1.to_owned());
        let points = json!([{ "id": 1, "vector": { "dense": object } }]);
        assert_eq!(refusal(store.write::<UpsertPoints>(json!({ "points": points }))), expected);
        assert_eq!(
            refusal(store.read::<QueryPoints>(json!({ "query": object, "using": "dense" }))),
            expected
        );
    }
    assert_eq!(store.count(), 0);
    let calls = letters.calls().len();
    let invalid = json!({ "query": text("bad"), "using": "dense", "limit": 0 });
    assert_eq!(refusal(store.read::<QueryPoints>(invalid)).0, 422);
    assert_eq!(letters.calls().len(), calls, "a faulty request costs no inference");
    store.upsert(json!([{ "id": 1, "vector": { "dense": text("bad") } }]));
    assert_eq!(store.count(), 1);
}

#[test]
fn a_write_that_waits_for_vectors_keeps_its_place_and_holds_up_no_other_collection_and_no_read() {
    let models = Letters::closed();
    // One thread each: whoever kept one waiting would keep all waiting.
    let config = Config {
        inference: Some(models.clone()),
        search_threads: 1,
        update_threads: 1,
        ..Config::in_memory()
    };
    let client = QdrantInstance::start(config).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for name in ["waiting", "other"] {
            let request: CreateCollection = parse(&settings().to_string()).unwrap();
            let create = CreateCollectionNamed { name: name.to_owned(), request };
            client.manage(Touches::All, create).await.unwrap();
        }
        let upsert = |vector: Value| -> UpsertPoints {
            parse(&json!({ "points": [{ "id": 1, "vector": { "dense": vector } }] }).to_string()).unwrap()
        };
        let count =
            async |name: &str| client.read(name, parse::<CountPoints>("{}").unwrap()).await.unwrap().count;
        let slow = {
            let client = client.clone();
            let upsert = upsert(text("bad"));
            tokio::spawn(async move { client.write("waiting", upsert).await })
        };
        // The service is asked when it is the write's turn.
        while models.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        let later = {
            let client = client.clone();
            let set: SetPayload = parse(r#"{ "payload": { "seen": true }, "points": [1] }"#).unwrap();
            tokio::spawn(async move { client.write("waiting", set).await })
        };
        let query: QueryPoints =
            parse(&json!({ "query": text("bad"), "using": "dense" }).to_string()).unwrap();
        let slow_query = {
            let client = client.clone();
            tokio::spawn(async move { client.read("waiting", query).await })
        };
        while models.calls().len() < 2 {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            client.write("other", upsert(json!(letters("egg")))).await.unwrap();
            assert_eq!(count("other").await, 1);
            assert_eq!(count("waiting").await, 0);
        }
        assert!(!slow.is_finished() && !later.is_finished() && !slow_query.is_finished());
        models.gate.add_permits(2);
        slow.await.unwrap().unwrap();
        later.await.unwrap().unwrap();
        slow_query.await.unwrap().unwrap();
        let seen =
            parse(r#"{ "filter": { "must": [{ "key": "seen", "match": { "value": true } }] } }"#).unwrap();
        assert_eq!(client.read::<CountPoints>("waiting", seen).await.unwrap().count, 1);
    });
}

#[test]
fn closing_waits_for_the_vectors_of_the_calls_made_so_far() {
    let models = Letters::closed();
    let folder = tempfile::tempdir().unwrap();
    let config = Config { inference: Some(models.clone()), ..Config::at(folder.path()) };
    let client = QdrantInstance::start(config).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let request: CreateCollection = parse(&settings().to_string()).unwrap();
        let create = CreateCollectionNamed { name: "c".to_owned(), request };
        client.manage(Touches::All, create).await.unwrap();
        let upsert: UpsertPoints =
            parse(&json!({ "points": [{ "id": 1, "vector": { "dense": text("bad") } }] }).to_string())
                .unwrap();
        let write = {
            let client = client.clone();
            tokio::spawn(async move { client.write("c", upsert).await })
        };
        while models.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        let close = {
            let client = client.clone();
            tokio::spawn(async move { client.close().await })
        };
        while !client.is_closed() {
            tokio::task::yield_now().await;
        }
        models.gate.add_permits(1);
        write.await.unwrap().unwrap();
        close.await.unwrap().unwrap();
    });
    let client = QdrantInstance::start(Config::at(folder.path())).unwrap();
    let count = runtime.block_on(client.read("c", parse::<CountPoints>("{}").unwrap())).unwrap();
    assert_eq!(count.count, 1);
}
