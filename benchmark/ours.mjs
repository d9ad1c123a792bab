// Measures this package in a process of its own: takes a plan as JSON, prints the results as one line of JSON.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../index.js'
import { readFilteredTruth, readPoints, readQueries } from './data.mjs'
import { EventLoopWatch, percentile, recall, residentMegabytes } from './measure.mjs'

/** Points that are held in memory at once, so that calls follow each other without a pause to read files. */
const STRETCH = 20_000

/** Calls at once where one batch is prepared while the engine takes in the one before. */
const AHEAD = 2

const STEPS = { load, ingestAhead, ingestNumbers, filtered, reopen, oneThread }

const plan = JSON.parse(process.argv[2])
console.log(JSON.stringify(await STEPS[plan.step]()))

/** Fills a new storage from Float32Arrays, waits for the index, and queries. */
async function load() {
  const client = await createCollection()
  const started = performance.now()
  const ingest = await upsertAll(client, (vector) => vector)
  const { pauses, ...rates } = ingest
  const state = await indexed(client)
  const indexedSeconds = (performance.now() - started - pauses) / 1000
  const rss = residentMegabytes()
  const queries = await queryAll(client)
  await client.close()
  return { ingest: rates, indexedSeconds, ...state, rss, ...queries }
}

/** Fills a new storage from lists of numbers. */
async function ingestNumbers() {
  const client = await createCollection()
  const { pauses: _, ...ingest } = await upsertAll(client, (vector) => Array.from(vector))
  await client.close()
  return { ingest }
}

/** Fills a new storage from Float32Arrays, with the next call made before the one before is answered. */
async function ingestAhead() {
  const client = await createCollection()
  const { pauses: _, ...ingest } = await upsertAll(client, (vector) => vector, AHEAD)
  await client.close()
  return { ingest }
}

/** Fills a new storage with indexed fields, and queries with filters. */
async function filtered() {
  const client = await createCollection()
  for (const { field } of plan.filters) {
    await client.createPayloadIndex(plan.collection, {
      field_name: field,
      field_schema: 'keyword',
      wait: true
    })
  }
  await upsertAll(client, (vector) => vector)
  await indexed(client)
  const { queries } = readQueries(plan.data, plan.dim)
  const results = []
  for (const filter of plan.filters) {
    const must = [{ key: filter.field, match: { value: filter.value } }]
    const ask = (vector) => query(client, vector, { filter: { must } })
    const truth = readFilteredTruth(plan.data, filter)
    const found = []
    for (const vector of queries) found.push((await ask(vector)).points.map(({ id }) => id))
    results.push({ p50: percentile(await timesOf(ask, queries), 0.5), recall: recall(found, truth) })
  }
  await client.close()
  return results
}

/** Opens a filled storage for one search thread, which leaves a core of two to JavaScript, and queries many at once. */
async function oneThread() {
  const { queries } = readQueries(plan.data, plan.dim)
  const client = await connect({ path: plan.storage, searchThreads: 1 })
  for (const vector of queries) await query(client, vector)
  const { queriesPerSecond } = await queryManyAtOnce(client, queries)
  await client.close()
  return { queriesPerSecond }
}

/** Opens a filled storage. */
async function reopen() {
  const { queries } = readQueries(plan.data, plan.dim)
  const before = residentMegabytes()
  const started = performance.now()
  const client = await connect({ path: plan.storage })
  await query(client, queries[0])
  const openSeconds = (performance.now() - started) / 1000
  for (const vector of queries) await query(client, vector)
  const rss = residentMegabytes()
  await client.close()
  return { before, openSeconds, rss }
}

async function createCollection() {
  const client = await connect({ path: plan.storage })
  await client.createCollection(plan.collection, { vectors: { size: plan.dim, distance: 'Cosine' } })
  return client
}

/** Upserts all points, with so many calls at once. `pauses` is the time (ms) spent on preparing them. */
async function upsertAll(client, convert, inFlight = 1) {
  const watch = new EventLoopWatch()
  const started = performance.now()
  let busy = 0
  let count = 0
  for await (const points of readPoints(plan.data, plan.dim, STRETCH)) {
    const batches = split(points, plan.batch).map((batch) => ({ points: batch.map(converted) }))
    await watch.during(async (call) => {
      const begun = performance.now()
      let next = 0
      const stream = async () => {
        while (next < batches.length) {
          const batch = batches[next++]
          await call(() => client.upsert(plan.collection, batch))
        }
      }
      await Promise.all(Array.from({ length: inFlight }, stream))
      busy += performance.now() - begun
    })
    count += points.length
  }
  return {
    pointsPerSecond: (1000 * count) / busy,
    pauses: performance.now() - started - busy,
    eventLoop: watch.report()
  }

  function converted({ vector, ...rest }) {
    return { ...rest, vector: convert(vector) }
  }
}

function split(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}

/** Waits until the collection says that it is optimized; tells what that left it with. */
async function indexed(client) {
  for (;;) {
    const info = await client.getCollection(plan.collection)
    if (info.status === 'red') throw new Error(JSON.stringify(info.optimizer_status))
    if (info.status === 'green') return { segments: info.segments_count, indexed: info.indexed_vectors_count }
    await sleep(20)
  }
}

function query(client, vector, more) {
  return client.query(plan.collection, { query: vector, limit: plan.limit, with_payload: true, ...more })
}

/** How long each of some passes of queries took, one after the other, in ms. */
async function timesOf(ask, queries) {
  const times = []
  for (let pass = 0; pass < plan.latencyPasses; pass++) {
    for (const vector of queries) {
      const started = performance.now()
      await ask(vector)
      times.push(performance.now() - started)
    }
  }
  return times
}

/** Queries one by one, then many at once. */
async function queryAll(client) {
  const { queries, truth } = readQueries(plan.data, plan.dim)
  const found = []
  for (const vector of queries) {
    const { points } = await query(client, vector)
    found.push(points.map(({ id }) => id))
  }

  const times = await timesOf((vector) => query(client, vector), queries)
  return {
    recall: recall(found, truth),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    ...(await queryManyAtOnce(client, queries))
  }
}

async function queryManyAtOnce(client, queries) {
  const watch = new EventLoopWatch()
  let next = 0
  let seconds
  const last = plan.throughputPasses * queries.length
  await watch.during(async (call) => {
    const started = performance.now()
    const stream = async () => {
      while (next < last) {
        const vector = queries[next++ % queries.length]
        await call(() => query(client, vector))
      }
    }
    await Promise.all(Array.from({ length: plan.inFlight }, stream))
    seconds = (performance.now() - started) / 1000
  })

  return {
    queriesPerSecond: last / seconds,
    queryEventLoop: watch.report()
  }
}
