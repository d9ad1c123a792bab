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
