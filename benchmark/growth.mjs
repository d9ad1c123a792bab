// How queries and memory grow with a collection: `node benchmark/growth.mjs [--preset server] [points …]`. Each size is
// loaded, indexed and queried in a process of its own.

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

const SIZES = [100_000, 1_000_000]
const DIM = 128
const QUERIES = 3000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { preset: { type: 'string', default: 'desktop' }, one: { type: 'boolean', default: false } }
})
const sizes = positionals.length > 0 ? positionals.map(Number) : SIZES
if (values.one) console.log(JSON.stringify(await measure(sizes[0])))
else table()

function table() {
  const rows = sizes.map((points) => {
    ensureData(points, DIM)
    const args = [fileURLToPath(import.meta.url), '--one', '--preset', values.preset, String(points)]
    const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    if (status !== 0) throw new Error(`${points} points: failed`)
    return { points, ...JSON.parse(stdout) }
  })
  console.log(
    `| points x ${DIM} | indexed after | hnsw_ef | recall@10 | query p50 | to the first | highest RSS |`
  )
  console.log('|---:|---:|---:|---:|---:|---:|---:|')
  for (const { points, seconds, effort, found, p50, megabytes } of rows) {
    const ratio = (p50 / rows[0].p50).toFixed(2)
    const cells = [points, `${seconds.toFixed(0)} s`, effort, found.toFixed(3), `${p50.toFixed(3)} ms`, ratio]
    console.log(`| ${cells.join(' | ')} | ${megabytes ? `${megabytes.toFixed(0)} MiB` : 'on Linux only'} |`)
  }
}

async function measure(points) {
  const data = ensureData(points, DIM)
  const { queries, truth } = readQueries(data, DIM)
  const folder = mkdtempSync(join(tmpdir(), 'qdrant-embedded-growth-'))
  try {
    const client = await connect({ path: folder, preset: values.preset })
    const started = performance.now()
    await client.createCollection('c', { vectors: { size: DIM, distance: 'Cosine' } })
    for await (const batch of readPoints(data, DIM, 1000)) await client.upsert('c', { points: batch })
    await client.waitForIndexing('c')
    const seconds = (performance.now() - started) / 1000

    const ask = (query, effort) =>
      client.query('c', { query, limit: 10, with_payload: true, params: { hnsw_ef: effort } })
    let effort
    let found
    for (effort of EFFORTS) {
      const answers = []
      for (const query of queries.slice(0, truth.length)) answers.push((await ask(query, effort)).points)
      found = recall(
        answers.map((near) => near.map(({ id }) => id)),
        truth
      )
      if (found >= WANTED_RECALL) break
    }
    const times = []
    for (let i = 0; i < QUERIES; i++) {
      const begun = performance.now()
      await ask(queries[i % queries.length], effort)
      times.push(performance.now() - begun)
    }
    await client.close()
    return { seconds, effort, found, p50: percentile(times, 0.5), megabytes: highestResident() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The most memory in MiB that this process has had resident at once, where the system tells. */
function highestResident() {
  if (process.platform !== 'linux') return undefined
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
}
