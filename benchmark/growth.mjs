// How queries and memory grow with a collection: `node benchmark/growth.mjs [--preset server] [points …]`. Each size is
// loaded and indexed in a process of its own; then one process queries all of them in turn.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { connect } from '../index.js'
import { EFFORTS, WANTED_RECALL } from './compare/settings.mjs'
import { ensureData, readPoints, readQueries } from './data.mjs'
import { percentile, recall } from './measure.mjs'
import { median } from './report.mjs'

const SIZES = [100_000, 1_000_000]
const DIM = 128
const ROUNDS = 9

const STEPS = { load, query }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { preset: { type: 'string', default: 'desktop' }, plan: { type: 'string' } }
})
if (values.plan) {
  const plan = JSON.parse(values.plan)
  console.log(JSON.stringify(await STEPS[plan.step](plan)))
} else {
  table(positionals.length > 0 ? positionals.map(Number) : SIZES)
}

function table(sizes) {
  const storage = mkdtempSync(join(tmpdir(), 'qdrant-embedded-growth-'))
  try {
    const loads = sizes.map((points) => {
      ensureData(points, DIM)
      const folder = join(storage, String(points))
      return { points, folder, ...inProcess({ step: 'load', points, folder }) }
    })
    const times = inProcess({ step: 'query', loads })
    console.log(
      `| points x ${DIM} | indexed after | hnsw_ef | recall@10 | query p50 | to the first | highest RSS |`
    )
    console.log('|---:|---:|---:|---:|---:|---:|---:|')
    loads.forEach(({ points, seconds, effort, found, megabytes }, i) => {
      const ratio = median(times[i].map((time, round) => time / times[0][round])).toFixed(2)
      const p50 = `${median(times[i]).toFixed(3)} ms`
      const cells = [points, `${seconds.toFixed(0)} s`, effort, found.toFixed(3), p50, ratio]
      console.log(`| ${cells.join(' | ')} | ${megabytes ? `${megabytes.toFixed(0)} MiB` : 'on Linux only'} |`)
    })
  } finally {
    rmSync(storage, { recursive: true, force: true })
  }
}

function inProcess(plan) {
  const args = [fileURLToPath(import.meta.url), '--preset', values.preset, '--plan', JSON.stringify(plan)]
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`step ${plan.step}: failed`)
  return JSON.parse(stdout)
}

/** Fills a folder, waits until all is indexed, and looks for the least effort with the wanted recall. */
async function load({ points, folder }) {
  const data = ensureData(points, DIM)
  const { queries, truth } = readQueries(data, DIM)
  const client = await connect({ path: folder, preset: values.preset })
  const started = performance.now()
  await client.createCollection('c', { vectors: { size: DIM, distance: 'Cosine' } })
  for await (const batch of readPoints(data, DIM, 1000)) await client.upsert('c', { points: batch })
  await client.waitForIndexing('c')
  const seconds = (performance.now() - started) / 1000
  let effort
  let found
  for (effort of EFFORTS) {
    const answers = []
    for (const vector of queries.slice(0, truth.length)) answers.push(await ask(client, vector, effort))
    found = recall(
      answers.map((near) => near.map(({ id }) => id)),
      truth
    )
    if (found >= WANTED_RECALL) break
  }
  await client.close()
  return { seconds, effort, found, megabytes: highestResident() }
}

/** The p50 of each folder in ms, for each of some rounds in which they take turns. */
async function query({ loads }) {
  const stores = []
  for (const { points, folder, effort } of loads) {
    const { queries } = readQueries(ensureData(points, DIM), DIM)
    stores.push({
      client: await connect({ path: folder, preset: values.preset }),
      queries,
      effort,
      times: []
    })
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { client, queries, effort, times } of stores) {
      const taken = []
      for (const vector of queries) {
        const begun = performance.now()
        await ask(client, vector, effort)
        taken.push(performance.now() - begun)
      }
      times.push(percentile(taken, 0.5))
    }
  }
  for (const { client } of stores) await client.close()
  // The first round reads the files.
  return stores.map(({ times }) => times.slice(1))
}

async function ask(client, query, hnsw_ef) {
  return (await client.query('c', { query, limit: 10, with_payload: true, params: { hnsw_ef } })).points
}

/** The most memory in MiB that this process has had resident at once, where the system tells. */
function highestResident() {
  if (process.platform !== 'linux') return undefined
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
}
