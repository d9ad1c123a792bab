// What opening and closing leaves behind: `node benchmark/cycles.mjs [cycles] [workers]`, by default 1000 and 200. Opens a
// folder, writes, searches and closes, again and again, on the main thread and then in a new worker thread each time, of which
// every second one ends without closing. Prints memory, threads and file descriptors; ends with 1 where threads or descriptors
// grow, or memory does not level off. On Linux only.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

import { connect } from '../index.js'

const DIM = 64
const MB = 2 ** 20
/** The resident memory of one process goes up and down by so much. */
const NOISE = 32 * MB

async function cycle(path, id, { close }) {
  const client = await connect({ path })
  const vector = Float32Array.from({ length: DIM }, (_, i) => Math.sin(id + i))
  await client.upsert('c', { points: [{ id: id % 1000, vector, payload: { id } }] })
  await client.query('c', { query: vector, limit: 3, with_payload: true })
  if (close) await client.close()
}

/**
 * Memory in bytes, threads and file descriptors of this process: the least of some seconds, in which garbage is collected and
 * the allocator gives back what it kept for a while.
 */
async function usage() {
  setFlagsFromString('--expose-gc')
  let memory = Number.POSITIVE_INFINITY
  let threads = Number.POSITIVE_INFINITY
  for (let i = 0; i < 10; i++) {
    runInNewContext('gc')()
    await sleep(300)
    const status = readFileSync('/proc/self/status', 'utf8')
    const number = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)[1])
    memory = Math.min(memory, number('VmRSS') * 1024)
    threads = Math.min(threads, number('Threads'))
  }
  return { memory, threads, descriptors: readdirSync('/proc/self/fd').length }
}

/** Runs `once` so many times, and tells what grew after the first tenth. */
async function measure(what, cycles, once) {
  const marks = [0, 0.1, 0.5, 1].map((share) => Math.round(cycles * share))
  const seen = []
  const started = performance.now()
  for (let done = 0; done <= cycles; done++) {
    if (marks.includes(done)) {
      const now = await usage()
      seen.push(now)
      console.log(
        `| ${what} | ${done} | ${(now.memory / MB).toFixed(1)} MB | ${now.threads} | ${now.descriptors} |`
      )
    }
    if (done < cycles) await once(done)
  }
  const [, first, middle, last] = seen
  const grown = []
  if (last.threads > first.threads) grown.push('threads')
  if (last.descriptors > first.descriptors) grown.push('file descriptors')
  // The first half fills caches.
  if (last.memory - middle.memory > NOISE) grown.push('memory')
  const each = (performance.now() - started) / cycles
  return { what, each, grown }
}

function inWorker(path, id) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { path, id, close: id % 2 === 0 } })
    worker.once('error', reject)
    worker.once('exit', resolve)
  })
}

async function main(cycles, workers) {
  const path = mkdtempSync(join(tmpdir(), 'qdrant-embedded-cycles-'))
  try {
    const client = await connect({ path })
    await client.createCollection('c', { vectors: { size: DIM, distance: 'Cosine' } })
    await client.close()
    console.log('| | cycles | memory | threads | file descriptors |')
    console.log('|---|---|---|---|---|')
    const results = []
    if (cycles > 0)
      results.push(await measure('open, close', cycles, (id) => cycle(path, id, { close: true })))
    if (workers > 0) results.push(await measure('worker threads', workers, (id) => inWorker(path, id)))
    console.log()
    for (const { what, each, grown } of results) {
      const outcome = grown.length > 0 ? `growing ${grown.join(', ')}` : 'nothing grows'
      console.log(`${what}: ${outcome}; ${each.toFixed(1)} ms each`)
      if (grown.length > 0) process.exitCode = 1
    }
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

if (isMainThread) await main(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 200))
else await cycle(workerData.path, workerData.id, workerData)
