// What threads, segments and settings make of the time until a collection is indexed, of recall and of queries:
// `node benchmark/indexing.mjs [--points 20000] [--rounds 3]`. Each is loaded in a process of its own, in turns.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { connect } from '../index.js'
import { ensureData, FILTERS, readPoints, readQueries } from './data.mjs'
import { percentile, recall } from './measure.mjs'

const DIM = 384
const PASSES = 2

/** What a collection or its client is given beyond the defaults, the first of which the others are compared with. */
const SETTINGS = {
  defaults: {},
  'all cores': { client: { optimizerCpus: availableParallelism() } },
  '4 segments': { collection: { optimizers_config: { default_segment_number: 4 } } },
  'm: 8': { collection: { hnsw_config: { m: 8 } } },
  'm: 32': { collection: { hnsw_config: { m: 32 } } },
  'ef_construct: 50': { collection: { hnsw_config: { ef_construct: 50 } } },
  'ef_construct: 200': { collection: { hnsw_config: { ef_construct: 200 } } },
  "datatype: 'float16'": { vectors: { datatype: 'float16' } },
  "quantization_config: 'int8'": { collection: { quantization_config: 'int8' } },
  'two indexed fields': { indexed: true }
}

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    one: { type: 'string' }
  }
})
const points = Number(values.points)
if (values.one) console.log(JSON.stringify(await measure(SETTINGS[values.one])))
else table()

function table() {
  ensureData(points, DIM)
  const names = Object.keys(SETTINGS)
  const rounds = Array.from({ length: Number(values.rounds) }, () => names.map(apart))
  console.log(`${points} x ${DIM}, ${rounds.length} rounds, ${availableParallelism()} cores`)
  console.log('| | until indexed, of the first row | recall@10 | query p50, of the first row |')
  console.log('|---|---:|---:|---:|')
  for (const [row, name] of names.entries()) {
    const ratio = (key) =>
      percentile(
        rounds.map((round) => round[row][key] / round[0][key]),
        0.5
      )
    const found = percentile(
      rounds.map((round) => round[row].found),
      0.5
    )
    console.log(
      `| ${name} | ${ratio('seconds').toFixed(2)} | ${found.toFixed(3)} | ${ratio('p50').toFixed(2)} |`
    )
  }
}

function apart(name) {
  const args = [fileURLToPath(import.meta.url), '--points', values.points, '--one', name]
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`${name}: failed`)
  return JSON.parse(stdout)
}

async function measure({ client: options, collection, vectors, indexed }) {
  const data = ensureData(points, DIM)
  const { queries, truth } = readQueries(data, DIM)
  const folder = mkdtempSync(join(tmpdir(), 'qdrant-embedded-indexing-'))
  try {
    const client = await connect({ path: folder, ...options })
    await client.createCollection('c', {
      vectors: { size: DIM, distance: 'Cosine', ...vectors },
      ...collection
    })
    if (indexed) {
      for (const { field } of FILTERS)
        await client.createPayloadIndex('c', { field_name: field, field_schema: 'keyword' })
    }
    const started = performance.now()
    for await (const batch of readPoints(data, DIM, 1000)) await client.upsert('c', { points: batch })
    await client.waitForIndexing('c')
    const seconds = (performance.now() - started) / 1000

    const answers = []
    const times = []
    for (let pass = 0; pass < PASSES; pass++) {
      for (const query of queries) {
        const begun = performance.now()
        const { points } = await client.query('c', { query, limit: 10, with_payload: true })
        times.push(performance.now() - begun)
        if (pass === 0) answers.push(points.map(({ id }) => id))
      }
    }
    await client.close()
    const found = recall(answers.slice(0, truth.length), truth)
    return { seconds, found, p50: percentile(times, 0.5) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
