// What collections cost that nobody uses: `node benchmark/idle.mjs [numbers of collections…]`. Each number is
// measured in a process of its own, with the folder made by another.

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

async function use(folder) {
  // What is there without any collection does not count.
  const empty = await connect({ location: ':memory:' })
  const before = status()
  const started = performance.now()
  const client = await connect({ path: folder })
  const { collections } = await client.getCollections()
  const opened = performance.now() - started
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const { user, system } = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const busy = process.cpuUsage({ user, system })
  const after = status()
  const closing = performance.now()
  await client.close()
  const closed = performance.now() - closing
  await empty.close()
  return {
    opened,
    closed,
    memory: (after.memory - before.memory) / Math.max(collections.length, 1),
    threads: after.threads - before.threads,
    load: (busy.user + busy.system) / 3e6
  }
}

async function main(counts) {
  console.log(
    '| collections | open | close | disk each | apparent each | memory each | threads in all | load while idle |'
  )
  console.log('|---|---|---|---|---|---|---|---|')
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'qdrant-embedded-idle-'))
    try {
      execFileSync(process.execPath, [script, 'make', folder, String(count)], { stdio: 'inherit' })
      const { real, apparent } = sizes(folder)
      const measured = JSON.parse(
        execFileSync(process.execPath, [script, 'use', folder], { encoding: 'utf8' })
      )
      const cells = [
        count,
        `${measured.opened.toFixed(0)} ms`,
        `${measured.closed.toFixed(0)} ms`,
        `${(real / count / MB).toFixed(2)} MB`,
        `${(apparent / count / MB).toFixed(0)} MB`,
        `${(measured.memory / MB).toFixed(2)} MB`,
        measured.threads,
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
else await main(task ? [task, ...rest].map(Number) : [1, 10, 100, 200])
