//! What is told of the optimizer.

use qdrant_embedded_engine::model::GetOptimizations;

use super::*;

#[test]
fn runs_are_told_from_the_time_they_are_due() {
    let folder = folder();
    let store = Store::create(folder.path(), indexed_early(json!({ "size": 32, "distance": "Dot" })));
    let ask = |with: Value| store.read::<GetOptimizations>(with).unwrap();
    let segments = store.settle()["segments_count"].clone();
    let idle = json!({ "queued_optimizations": 0, "queued_segments": 0, "queued_points": 0, "idle_segments": segments });
    assert_eq!(ask(json!({})), json!({ "summary": idle, "running": [] }));

    store.upsert(many_points(0, 2000, "")).unwrap();
    let due = ask(json!({ "with": "queued" }));
    assert_eq!(
        (&due["summary"]["queued_optimizations"], &due["summary"]["queued_points"]),
        (&json!(1), &json!(2000))
    );
    assert_eq!(due["queued"], json!([{ "optimizer": "all", "segments": [] }]));
    store.settle();
    let done = ask(json!({ "with": "queued,completed,idle_segments" }));
    assert_eq!(
        (&done["queued"], &done["running"], &done["idle_segments"]),
        (&json!([]), &json!([]), &json!([]))
    );
    let run = &done["completed"][0];
    assert_eq!((&run["status"], &run["optimizer"]), (&json!("done"), &json!("all")));
    assert!(run["progress"]["duration_sec"].as_f64().unwrap() > 0.0, "{run}");
    assert_eq!(ask(json!({ "with": "completed", "completed_limit": 0 }))["completed"], json!([]));
    assert_eq!(refusal(store.read::<GetOptimizations>(json!({ "with": "all" }))).0, 400);
    // The log goes on when the shard is opened anew.
    store.update(json!({ "vectors": { "": { "on_disk": true } } })).unwrap();
    store.settle();
    assert_eq!(ask(json!({ "with": "completed" }))["completed"].as_array().unwrap().len(), 2);
    store.close();
}

#[test]
fn what_a_run_has_replaced_leaves_the_disk_while_the_next_one_goes_on() {
    let folder = folder();
    let store = Store::create(
        folder.path(),
        json!({
            "vectors": { "size": 32, "distance": "Dot" },
            "hnsw_config": { "ef_construct": 2000 }, // takes seconds
            "optimizers_config": { "indexing_threshold": 1, "flush_interval_sec": 1, "max_segment_size": 1 },
        }),
    );
    let is_running = || {
        let told = store.read::<GetOptimizations>(json!({})).unwrap();
        !told["running"].as_array().unwrap().is_empty()
    };
    let segments = || fs::read_dir(folder.path().join("collections/c/0/segments")).unwrap().count();
    let await_that = |what: &str, is_so: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < Duration::from_secs(120), "{what}: not so");
            sleep(Duration::from_millis(10));
        }
    };
    store.upsert(many_points(0, 4000, "")).unwrap();
    await_that("the first run", &is_running);
    // Too large to be merged with what is indexed by then: the next run, without a pause.
    store.upsert(many_points(4000, 8000, "")).unwrap();
    store.runtime.block_on(store.client.flush()).unwrap(); // nothing else is left to flush
    // What is replaced, what replaces it, what is indexed next, and what grows.
    await_that("the second run", &|| segments() == 4);
    await_that("the replaced segment is gone", &|| segments() == 3);
    assert!(is_running(), "the second run was over by then");
    store.runtime.block_on(store.client.close_within(Duration::ZERO)).unwrap();
}
