//! Measures the engine alone, as a Rust program would use it, on the data and with the settings of
//! the other side of the benchmark. Takes a plan as JSON, prints the results as one line of JSON.

mod data;
mod measure;

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use qdrant_edge::{
    CreateIndex, EdgeConfig, EdgeShard, FieldIndexOperations, Filter, NamedQuery, PointId,
    PointInsertOperations, PointOperations, QueryEnum, QueryRequest, QueryRequestBuilder, ScoredPoint,
    ScoringQuery, UpdateOperation, WithPayloadInterface,
};
use serde::Deserialize;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Points that are held in memory at once.
const STRETCH: usize = 20_000;

/// What to measure. The orchestration gives both sides the same plan.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    step: Step,
    /// Folder of the data.
    data: PathBuf,
    /// Folder of the shard.
    storage: PathBuf,
    /// `edge_config.json` of the other side's shard.
    config: PathBuf,
    dim: usize,
    batch: usize,
    limit: usize,
    latency_passes: usize,
    throughput_passes: usize,
    filters: Vec<FieldFilter>,
}

/// The points whose `field` has this value.
#[derive(Deserialize)]
struct FieldFilter {
    field: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    Load,
    Reopen,
    OneThread,
    Filtered,
}

fn main() -> Result<()> {
    let plan: Plan = serde_json::from_str(&std::env::args().nth(1).ok_or("a plan is needed")?)?;
    let results = match plan.step {
        Step::Load => load(&plan)?,
        Step::Reopen => reopen(&plan)?,
        Step::OneThread => one_thread(&plan)?,
        Step::Filtered => filtered(&plan)?,
    };
    println!("{results}");
    Ok(())
}

/// Fills a new shard, indexes it, and queries.
fn load(plan: &Plan) -> Result<Value> {
    let config: EdgeConfig = serde_json::from_slice(&fs::read(&plan.config)?)?;
    let shard = EdgeShard::new(&plan.storage, config)?;
    let (points, ingest) = upsert_all(&shard, plan)?;
    let started = Instant::now();
    shard.optimize()?;
    let indexed = ingest + started.elapsed();
    shard.flush()?;
    let info = shard.info()?;
    let rss = measure::resident_megabytes();
    let mut results = query_all(&shard, plan)?;
    results["ingest"] = json!({ "pointsPerSecond": points as f64 / ingest.as_secs_f64() });
    results["indexedSeconds"] = json!(indexed.as_secs_f64());
    results["segments"] = json!(info.segments_count);
    results["indexed"] = json!(info.indexed_vectors_count);
    results["rss"] = json!(rss);
    Ok(results)
}

/// Opens a filled shard.
fn reopen(plan: &Plan) -> Result<Value> {
    let queries = data::queries(&plan.data, plan.dim)?;
    let before = measure::resident_megabytes();
    let started = Instant::now();
    let shard = EdgeShard::load(&plan.storage, None)?;
    black_box(query(&shard, &queries[0], plan.limit)?);
    let open = started.elapsed();
    for vector in &queries {
        black_box(query(&shard, vector, plan.limit)?);
    }
    let rss = measure::resident_megabytes();
    Ok(json!({ "before": before, "openSeconds": open.as_secs_f64(), "rss": rss }))
}

/// Opens a filled shard, and queries with one thread.
fn one_thread(plan: &Plan) -> Result<Value> {
    let queries = data::queries(&plan.data, plan.dim)?;
    let shard = EdgeShard::load(&plan.storage, None)?;
    for vector in &queries {
        black_box(query(&shard, vector, plan.limit)?);
    }
    Ok(json!({ "queriesPerSecond": queries_per_second(&shard, plan, &queries, 1)? }))
}

/// Fills a new shard with indexed fields, and queries with filters.
fn filtered(plan: &Plan) -> Result<Value> {
    let config: EdgeConfig = serde_json::from_slice(&fs::read(&plan.config)?)?;
    let shard = EdgeShard::new(&plan.storage, config)?;
    for FieldFilter { field, .. } in &plan.filters {
        let index = json!({ "field_name": field, "field_schema": "keyword" });
        let index: CreateIndex = serde_json::from_value(index)?;
        shard.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index)))?;
    }
    upsert_all(&shard, plan)?;
    shard.optimize()?;
    shard.flush()?;
    let queries = data::queries(&plan.data, plan.dim)?;
    let results = plan.filters.iter().map(|FieldFilter { field, value }| {
        let filter = json!({ "must": [{ "key": field, "match": { "value": value } }] });
        let filter: Filter = serde_json::from_value(filter)?;
        let ask = |vector: &[f32]| ask(&shard, vector, plan.limit, Some(filter.clone()));
        let truth = data::filtered_truth(&plan.data, field, plan.limit)?;
        let found = queries.iter().map(|vector| Ok(ids(&ask(vector)?)));
        let found = found.collect::<Result<Vec<_>>>()?;
        let mut times = times(&queries, plan.latency_passes, ask)?;
        Ok(json!({
            "p50": measure::percentile(&mut times, 0.5),
            "recall": measure::recall(&found, &truth),
        }))
    });
    results.collect()
}

/// Upserts all points, one batch after the other. Returns their number and the time of the upserts.
fn upsert_all(shard: &EdgeShard, plan: &Plan) -> Result<(usize, Duration)> {
    let mut source = data::Points::open(&plan.data, plan.dim)?;
    let mut count = 0;
    let mut busy = Duration::ZERO;
    loop {
        let mut points = source.read(STRETCH)?.into_iter();
        let batches: Vec<Vec<_>> = std::iter::from_fn(|| {
            let batch: Vec<_> = points.by_ref().take(plan.batch).collect();
            (!batch.is_empty()).then_some(batch)
        })
        .collect();
        if batches.is_empty() {
            return Ok((count, busy));
        }
        count += batches.iter().map(Vec::len).sum::<usize>();
        let started = Instant::now();
        for batch in batches {
            let points = PointInsertOperations::PointsList(batch);
            shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(points)))?;
        }
        busy += started.elapsed();
    }
}

/// Queries one by one, then with all cores.
fn query_all(shard: &EdgeShard, plan: &Plan) -> Result<Value> {
    let queries = data::queries(&plan.data, plan.dim)?;
    let truth = data::truth(&plan.data, plan.limit)?;
    let found = queries.iter().map(|vector| Ok(ids(&query(shard, vector, plan.limit)?)));
    let found = found.collect::<Result<Vec<_>>>()?;

    let mut times = times(&queries, plan.latency_passes, |vector| query(shard, vector, plan.limit))?;
    let cores = available_parallelism()?.get();
    Ok(json!({
        "recall": measure::recall(&found, &truth),
        "p50": measure::percentile(&mut times, 0.5),
        "p95": measure::percentile(&mut times, 0.95),
        "queriesPerSecond": queries_per_second(shard, plan, &queries, cores)?,
    }))
}

/// How long each of some passes of queries took, one after the other.
fn times(
    queries: &[Vec<f32>],
    passes: usize,
    ask: impl Fn(&[f32]) -> Result<Vec<ScoredPoint>>,
) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(passes * queries.len());
    for vector in (0..passes).flat_map(|_| queries) {
        let started = Instant::now();
        black_box(ask(vector)?);
        times.push(started.elapsed());
    }
    Ok(times)
}

/// Queries with so many threads.
fn queries_per_second(shard: &EdgeShard, plan: &Plan, queries: &[Vec<f32>], threads: usize) -> Result<f64> {
    let last = plan.throughput_passes * queries.len();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        let stream = || -> Result<()> {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= last {
                    return Ok(());
                }
                black_box(query(shard, &queries[turn % queries.len()], plan.limit)?);
            }
        };
        let streams: Vec<_> = (0..threads).map(|_| scope.spawn(stream)).collect();
        streams.into_iter().try_for_each(|stream| stream.join().map_err(|_| "a query panicked")?)
    })?;
    Ok(last as f64 / started.elapsed().as_secs_f64())
}

fn query(shard: &EdgeShard, vector: &[f32], limit: usize) -> Result<Vec<ScoredPoint>> {
    ask(shard, vector, limit, None)
}

fn ask(shard: &EdgeShard, vector: &[f32], limit: usize, filter: Option<Filter>) -> Result<Vec<ScoredPoint>> {
    let nearest = QueryEnum::Nearest(NamedQuery::default_dense(vector.to_vec()));
    let mut request: QueryRequest = QueryRequestBuilder::new(limit)
        .query(ScoringQuery::Vector(nearest))
        .with_payload(WithPayloadInterface::Bool(true))
        .build();
    request.filter = filter;
    Ok(shard.query(request)?)
}

fn ids(points: &[ScoredPoint]) -> Vec<u64> {
    let id = |point: &ScoredPoint| match point.id {
        PointId::NumId(id) => Some(id),
        PointId::Uuid(_) => None,
    };
    points.iter().filter_map(id).collect()
}
