// What `durability: 'sync'` costs: `node benchmark/durability.mjs [rounds]`. Each round measures both modes one after the
// other, in turns; the middle one of the rounds counts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect } from '../index.js'

const DIM = 384
const MODES = ['process', 'sync']
const IN_FLIGHT = 16

const vectors = Array.from({ length: 1000 }, (_, id) =>
  Float32Array.from({ length: DIM }, (_, i) => Math.sin(id * DIM + i))
)
const point = (id) => ({ id, vector: vectors[id % vectors.length], payload: { number: id } })

/** What is done, and how many calls it is. */
const WORK = {
  'one point, one after the other': {
    calls: 200,
    async run(client, calls) {
      for (let id = 0; id < calls; id++) await client.upsert('c', { points: [point(id)] })
    }
  },
  [`one point, ${IN_FLIGHT} in flight`]: {
    calls: 1600,
    async run(client, calls) {
      let next = 0
      const caller = async () => {
        while (next < calls) await client.upsert('c', { points: [point(next++)] })
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
    }
  },
  '1,000 points, one after the other': {
    calls: 10,
    async run(client, calls) {
      for (let i = 0; i < calls; i++) {
        await client.upsert('c', { points: vectors.map((_, id) => point(i * vectors.length + id)) })
      }
    }
  },
  '`batchUpdate` of two operations': {
    calls: 200,
    async run(client, calls) {
      for (let id = 0; id < calls; id++) {
        const operations = [
          { upsert: { points: [point(id)] } },
          { set_payload: { points: [id], payload: { set: true } } }
        ]
        await client.batchUpdate('c', { operations })
      }
    }
  }
}

/** Milliseconds for each call. */
async function measure(durability, { calls, run }) {
  const path = mkdtempSync(join(tmpdir(), 'qdrant-embedded-durability-'))
  try {
    const client = await connect({ path, durability })
    await client.createCollection('c', { vectors: { size: DIM, distance: 'Cosine' } })
    await run(client, Math.ceil(calls / 10))
    await client.flush()
    const started = performance.now()
    await run(client, calls)
    const took = performance.now() - started
    await client.close()
    return took / calls
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

const rounds = Number(process.argv[2] ?? 5)
console.log("| upsert | `'process'` | `'sync'` | ratio |")
console.log('|---|---|---|---|')
for (const [what, work] of Object.entries(WORK)) {
  const times = { process: [], sync: [] }
  for (let round = 0; round < rounds; round++) {
    for (const mode of MODES) times[mode].push(await measure(mode, work))
  }
  const [process, sync] = MODES.map((mode) => median(times[mode]))
  console.log(
    `| ${what} | ${process.toFixed(2)} ms | ${sync.toFixed(2)} ms | ${(sync / process).toFixed(1)} |`
  )
}
