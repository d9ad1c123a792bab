// Measures one system in a process of its own: takes a plan as JSON, prints the results as one line of JSON, last.
import fs from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FILTERS, readFilteredTruth, readPoints, readQueries } from '../data.mjs'
import { EventLoopWatch, percentile, recall, residentMegabytes } from '../measure.mjs'
import { WANTED_RECALL } from './settings.mjs'

/** Points that are held in memory at once, so that calls follow each other without a pause to read files. */
const STRETCH = 20_000

/** A row of the table is measured until it has so many samples, or so many seconds are over. */
const SAMPLES = 3000
const SECONDS = 10

const IN_FLIGHT = 16

/** Queries after which memory is read. */
const QUERIES_AFTER_OPENING = 200

const STEPS = { load, reopen }

const plan = JSON.parse(process.argv[2])
const began = performance.now()
const system = await importSystem()
const importMilliseconds = performance.now() - began
console.log(JSON.stringify(system.missing ? system : await STEPS[plan.step]()))

async function importSystem() {
  try {
    return await import(`./systems/${plan.module ?? plan.system}.mjs`)
  } catch (error) {
    return { missing: error.message.split('\n')[0] }
  }
}

/** Fills a new store, waits for the index, and queries. */
async function load() {
  const store = await system.create(plan.folder, plan)
  const { pauses, started, ...ingest } = await insertAll(store)
  const indexing = new EventLoopWatch()
  await indexing.during(async (call) => call(async () => store.index()))
  const indexedSeconds = (performance.now() - started - pauses) / 1000
  const { queries, truth } = readQueries(plan.data, plan.dim)
  const all = await queryWith(store, queries, { truth })
  const results = {
    settings: system.settings,
    importMilliseconds,
    holdsIdsOnly: store.holdsIdsOnly ?? false,
    ingest,
    indexedSeconds,
    indexing: indexing.report(),
    all,
    together: await queryTogether(store, queries, all.effort)
  }
  if (!store.holdsIdsOnly) {
    for (const filter of FILTERS) {
      const truth = readFilteredTruth(plan.data, filter)
      results[filter.field] = await queryWith(store, queries, { truth, filter })
    }
  }
  await store.close()
  return { ...results, megabytes: system.isElsewhere ? undefined : diskMegabytes(plan.folder) }
}

/** Opens a filled store, with the effort that the search needs. */
async function reopen() {
  const { queries } = readQueries(plan.data, plan.dim)
  const watch = new EventLoopWatch()
  let store
  let openSeconds
  await watch.during(async (call) => {
    const started = performance.now()
    store = await call(async () => system.open(plan.folder, plan))
    await store.query(store.ask(queries[0], plan.effort))
    openSeconds = (performance.now() - started) / 1000
  })
  for (const vector of queries.slice(0, QUERIES_AFTER_OPENING)) {
    await store.query(store.ask(vector, plan.effort))
  }
  const rss = system.isElsewhere ? undefined : residentMegabytes()
  await store.close()
  return { openSeconds, opening: watch.report(), rss }
}

/** Inserts all points, one awaited batch after the other. `pauses` is the time (ms) spent on preparing them. */
async function insertAll(store) {
  const watch = new EventLoopWatch()
  const started = performance.now()
  let busy = 0
  for await (const points of readPoints(plan.data, plan.dim, STRETCH)) {
    const batches = []
    for (let i = 0; i < points.length; i += plan.batch)
      batches.push(store.prepare(points.slice(i, i + plan.batch)))
    await watch.during(async (call) => {
      for (const batch of batches) {
        const begun = performance.now()
        await call(async () => store.insert(batch))
        busy += performance.now() - begun
        // A synchronous call lets nothing else happen until the event loop goes on.
        await nextTurn()
      }
    })
  }
  return {
    started,
    pauses: performance.now() - started - busy,
    pointsPerSecond: (1000 * plan.points) / busy,
    eventLoop: watch.report()
  }
}

/** Queries one by one, with the least effort that finds enough of the nearest points. */
async function queryWith(store, queries, { truth, filter }) {
  let found
  let effort
  for (effort of store.efforts) {
    found = []
    for (const vector of queries.slice(0, truth.length)) {
      found.push(store.ids(await store.query(store.ask(vector, effort, filter))))
    }
    if (recall(found, truth) >= WANTED_RECALL) break
  }

  const times = []
  const begun = performance.now()
  while (times.length < SAMPLES && performance.now() - begun < SECONDS * 1000) {
    const request = store.ask(queries[times.length % queries.length], effort, filter)
    const started = performance.now()
    await store.query(request)
    times.push(performance.now() - started)
  }
  return { effort, recall: recall(found, truth), p50: percentile(times, 0.5), p95: percentile(times, 0.95) }
}

/** Queries of which so many are under way at any time, as far as the system lets them. */
async function queryTogether(store, queries, effort) {
  const requests = queries.map((vector) => store.ask(vector, effort))
  const watch = new EventLoopWatch()
  let count = 0
  let seconds
  await watch.during(async (call) => {
    const started = performance.now()
    const elapsed = () => (performance.now() - started) / 1000
    const stream = async () => {
      while (count < SAMPLES && elapsed() < SECONDS) {
        const answer = call(() => store.query(requests[count++ % requests.length]))
        if (answer instanceof Promise) await answer
        // Requests that arrive from elsewhere get their turn between synchronous calls.
        else await nextTurn()
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, stream))
    seconds = elapsed()
  })
  return { perSecond: count / seconds, eventLoop: watch.report() }
}

/** What the files of a folder take on the disk, holes in them not counted, where the system tells of holes. */
function diskMegabytes(folder) {
  const sizes = fs.readdirSync(folder, { recursive: true }).map((name) => {
    const { blocks, size } = fs.lstatSync(path.join(folder, name))
    return blocks === undefined ? size : blocks * 512
  })
  return sizes.reduce((total, size) => total + size, 0) / 1e6
}
