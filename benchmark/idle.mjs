// What collections cost just after the store was opened, while all are in use, and when nobody has used them for
// a while: `node benchmark/idle.mjs [numbers of collections…]`. Each number is measured in a process of its own,
// with the folder made by another.

import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { connect } from '../index.js'

const script = fileURLToPath(import.meta.url)
const MB = 2 ** 20

/** Bytes that a folder takes on the disk, and those that its files seem to have. */
function sizes(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (total, entry) => {
      const path = join(folder, entry.name)
      const { blocks, size } = lstatSync(path)
      const own = { real: blocks * 512, apparent: size }
      const below = entry.isDirectory() ? sizes(path) : { real: 0, apparent: 0 }
      return {
        real: total.real + own.real + below.real,
        apparent: total.apparent + own.apparent + below.apparent
      }
    },
    { real: 0, apparent: 0 }
  )
}

/** Resident memory in bytes, and threads, of this process. On Linux only. */
function status() {
  gc()
  const text = readFileSync('/proc/self/status', 'utf8')
  const number = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)[1])
  return { memory: number('VmRSS') * 1024, threads: number('Threads') }
}

async function make(folder, count) {
  const client = await connect({ path: folder })
  for (let i = 0; i < count; i++) {
    await client.createCollection(`c${i}`, { vectors: { size: 128, distance: 'Cosine' } })
    await client.upsert(`c${i}`, {
      points: [{ id: 1, vector: new Float32Array(128).fill(0.5), payload: { i } }]
    })
  }
  await client.close()
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

const vector = new Float32Array(128).fill(0.5)

const query = (client, i) => client.query(`c${i}`, { query: vector, limit: 10 })

async function use(folder) {
  // What a store without collections has does not count.
  const empty = await connect({ location: ':memory:' })
  await pause(1)
  const before = status()
  await empty.close()
  let started = performance.now()
  const elapsed = () => performance.now() - started
  const client = await connect({ path: folder })
  const { collections } = await client.getCollections()
  const opened = elapsed()
  const count = collections.length
  const cost = () => {
    const { memory, threads } = status()
    return { memory: (memory - before.memory) / count, threads: threads - before.threads }
  }
  // A thread that has had work goes after ten seconds.
  await pause(12)
  const untouched = cost()
  started = performance.now()
  await query(client, 0)
  const first = elapsed()
  started = performance.now()
  for (let i = 1; i < count; i++) await query(client, i)
  const others = elapsed() / Math.max(count - 1, 1)
  await pause(12)
  const inUse = cost()
  started = performance.now()
  while (cost().threads > inUse.threads - count && elapsed() < 300_000) await pause(1)
  await pause(12)
  const { user, system } = process.cpuUsage()
  await pause(3)
  const busy = process.cpuUsage({ user, system })
  const idle = cost()
  started = performance.now()
  await client.close()
  const closed = elapsed()
  return { opened, first, others, closed, untouched, inUse, idle, load: (busy.user + busy.system) / 3e6 }
}

/** Median time of a query of one collection, while all are open. */
async function p50(folder) {
  const client = await connect({ path: folder })
  const { collections } = await client.getCollections()
  for (let i = 0; i < collections.length; i++) await query(client, i)
  const times = []
  for (let i = 0; i < 3000; i++) {
    const started = performance.now()
    await query(client, 0)
    times.push(performance.now() - started)
  }
  await client.close()
  return times.slice(1000).sort((a, b) => a - b)[1000]
}

async function main(counts) {
  console.log(
    '| collections | open | first result | each further one | query p50 | close | disk each (apparent) | just opened | in use | idle again | load while idle |'
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|')
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'qdrant-embedded-idle-'))
    try {
      execFileSync(process.execPath, [script, 'make', folder, String(count)], { stdio: 'inherit' })
      const { real, apparent } = sizes(folder)
      const measure = (task) =>
        JSON.parse(
          execFileSync(process.execPath, ['--expose-gc', script, task, folder], { encoding: 'utf8' })
        )
      const measured = measure('use')
      const ms = (time, digits = 0) => `${time.toFixed(digits)} ms`
      const cost = ({ memory, threads }) => `${(memory / MB).toFixed(2)} MB each, ${threads} threads`
      const cells = [
        count,
        ms(measured.opened),
        ms(measured.first),
        ms(measured.others),
        ms(measure('p50'), 2),
        ms(measured.closed),
        `${(real / count / MB).toFixed(2)} MB (${(apparent / count / MB).toFixed(0)} MB)`,
        cost(measured.untouched),
        cost(measured.inUse),
        cost(measured.idle),
        `${(measured.load * 100).toFixed(1)} %`
      ]
      console.log(`| ${cells.join(' | ')} |`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

const [task, ...rest] = process.argv.slice(2)
if (task === 'make') await make(rest[0], Number(rest[1]))
else if (task === 'use') console.log(JSON.stringify(await use(rest[0])))
else if (task === 'p50') console.log(JSON.stringify(await p50(rest[0])))
else await main(task ? [task, ...rest].map(Number) : [1, 10, 100, 200])
