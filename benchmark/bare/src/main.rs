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
    EdgeConfig, EdgeShard, NamedQuery, PointId, PointInsertOperations, PointOperations, QueryEnum,
    QueryRequest, QueryRequestBuilder, ScoredPoint, ScoringQuery, UpdateOperation, WithPayloadInterface,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    Load,
    Reopen,
}

fn main() -> Result<()> {
    let plan: Plan = serde_json::from_str(&std::env::args().nth(1).ok_or("a plan is needed")?)?;
    let results = match plan.step {
        Step::Load => load(&plan)?,
        Step::Reopen => reopen(&plan)?,
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

    let mut times = Vec::with_capacity(plan.latency_passes * queries.len());
    for vector in (0..plan.latency_passes).flat_map(|_| &queries) {
        let started = Instant::now();
        black_box(query(shard, vector, plan.limit)?);
        times.push(started.elapsed());
    }

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
        let cores = available_parallelism()?.get();
        let streams: Vec<_> = (0..cores).map(|_| scope.spawn(stream)).collect();
        streams.into_iter().try_for_each(|stream| stream.join().map_err(|_| "a query panicked")?)
    })?;
    let throughput = last as f64 / started.elapsed().as_secs_f64();

    Ok(json!({
        "recall": measure::recall(&found, &truth),
        "p50": measure::percentile(&mut times, 0.5),
        "p95": measure::percentile(&mut times, 0.95),
        "queriesPerSecond": throughput,
    }))
}

fn query(shard: &EdgeShard, vector: &[f32], limit: usize) -> Result<Vec<ScoredPoint>> {
    let nearest = QueryEnum::Nearest(NamedQuery::default_dense(vector.to_vec()));
    let request: QueryRequest = QueryRequestBuilder::new(limit)
        .query(ScoringQuery::Vector(nearest))
        .with_payload(WithPayloadInterface::Bool(true))
        .build();
    Ok(shard.query(request)?)
}

fn ids(points: &[ScoredPoint]) -> Vec<u64> {
    let id = |point: &ScoredPoint| match point.id {
        PointId::NumId(id) => Some(id),
        PointId::Uuid(_) => None,
    };
    points.iter().filter_map(id).collect()
}
