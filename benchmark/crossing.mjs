// What handing vectors over, and getting them back, costs the JavaScript thread: `node benchmark/crossing.mjs [numbers per
// vector]`. Calls are timed until they return their promise, answers by how long the event loop stands still. What is
// compared takes turns; ratios are medians of those of the turns.

import { connect } from '../index.js'
import { EventLoopWatch, percentile } from './measure.mjs'

const POINTS = 1000
const TURNS = 40
const QUERIES_A_TURN = 100
const SCROLL_TURNS = 15

const dim = Number(process.argv[2] ?? 768)

/** As many points in each form that `upsert` takes. */
function forms() {
  const data = Float32Array.from({ length: POINTS * dim }, () => Math.random() - 0.5)
  const ids = Array.from({ length: POINTS }, (_, id) => id)
  const payloads = ids.map((id) => ({ category: `category-${id % 20}`, year: 1990 + (id % 36) }))
  const vectors = ids.map((id) => data.slice(id * dim, (id + 1) * dim))
  const points = (convert) => ({
    points: ids.map((id) => ({ id, vector: convert(vectors[id]), payload: payloads[id] }))
  })
  return {
    'points, `number[]` each': points((vector) => Array.from(vector)),
    'points, `Float32Array` each': points((vector) => vector),
    'batch, `Float32Array` each': { batch: { ids, vectors, payloads } },
    'batch, one `Float32Array`': { batch: { ids, vectors: { data, dim }, payloads } }
  }
}

const times = new Map()

function note(label, time) {
  if (!times.has(label)) times.set(label, [])
  times.get(label).push(time)
}

async function timed(label, call) {
  const started = performance.now()
  const promise = call()
  const returned = performance.now()
  await promise
  note(label, returned - started)
}

/** The longest that the event loop stands still during `work`. */
async function watched(label, work) {
  const watch = new EventLoopWatch()
  await watch.during(work)
  note(label, watch.report().longest)
}

const client = await connect({ location: ':memory:' })
await client.createCollection('crossing', {
  vectors: { size: dim, distance: 'Cosine' },
  optimizers_config: { indexing_threshold: 0 }
})
const batches = forms()
const numbers = Array.from({ length: dim }, () => Math.random() - 0.5)
const queries = { 'query, `number[]`': numbers, 'query, `Float32Array`': Float32Array.from(numbers) }
for (let turn = 0; turn < TURNS; turn++) {
  for (const [label, request] of Object.entries(batches)) {
    await timed(label, () => client.upsert('crossing', request))
  }
  for (const [label, query] of Object.entries(queries)) {
    for (let i = 0; i < QUERIES_A_TURN; i++) {
      await timed(label, () => client.query('crossing', { query, limit: 10, with_payload: true }))
    }
  }
}
const answers = {
  text: '`JSON.parse` of the same answer',
  scroll: `\`scroll\` of ${POINTS} points with vectors`
}
const all = { limit: POINTS, with_vector: true }
const text = JSON.stringify(await client.scroll('crossing', all))
for (let turn = 0; turn < SCROLL_TURNS; turn++) {
  await watched(answers.text, async () => JSON.parse(text))
  await watched(answers.scroll, () => client.scroll('crossing', all))
}
await client.close()

console.log(`| ${POINTS} x ${dim} | median, ms | p95, ms | to the first |`)
console.log('|---|---:|---:|---:|')
for (const labels of [Object.keys(batches), Object.keys(queries), Object.values(answers)]) {
  const [first] = labels
  for (const label of labels) {
    const [median, p95] = [0.5, 0.95].map((p) => percentile(times.get(label), p))
    const ratios = times.get(label).map((time, turn) => time / times.get(first)[turn])
    const ratio = percentile(ratios, 0.5)
    console.log(`| ${label} | ${median.toFixed(3)} | ${p95.toFixed(3)} | ${ratio.toFixed(2)} |`)
  }
}
