import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { connect } from '../index.js'
import { runScript, withFolder } from './helpers.mjs'

const SMALL = { vectors: { size: 4, distance: 'Dot' } }
const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** Calls `use` with a client of a folder, and closes it afterwards. */
async function withClientOf(path, use) {
  const client = await connect({ path })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

const countIn = (path) => withClientOf(path, async (client) => (await client.count('c')).count)

describe('a process of several', () => {
  it('of a cluster is refused while another one has the folder, and has it afterwards', () =>
    withFolder(async (path) => {
      const { code, stdout, stderr } = await runScript('cluster.mjs', [path])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const { primary, whileHeld, afterwards } = JSON.parse(stdout)
      assert.deepEqual(whileHeld, { status: 423, code: 0, error: 'STORAGE_LOCKED', holder: primary })
      assert.deepEqual(afterwards, { code: 0, count: 1 })
    }))

  it('that are started at once are each either given the folder or told who has it', () =>
    withFolder(async (path) => {
      const ended = await Promise.all(Array.from({ length: 4 }, () => runScript('open.mjs', [path])))
      for (const { code, stdout } of ended) {
        assert.equal(code, 0)
        const { opened, code: error } = JSON.parse(stdout)
        assert.ok(opened || error === 'STORAGE_LOCKED', stdout)
      }
      assert.ok(ended.some(({ stdout }) => JSON.parse(stdout).opened))
    }))

  it('does not hand down its folder to a process that it started and that outlives it', () =>
    withFolder(async (path) => {
      const { code, stdout } = await runScript('leave-child.mjs', [path])
      assert.equal(code, 0)
      try {
        await withClientOf(path, (client) => client.createCollection('c', SMALL))
      } finally {
        process.kill(Number(stdout))
      }
    }))
})

describe('a signal', { skip: process.platform === 'win32' && 'Windows has none' }, () => {
  /** Sends the signal to the script amid its writes; resolves to how it ended, and to what it was told is kept. */
  async function interrupt(path, signal, how) {
    const args = [fixture('write-until-signal.mjs'), path, how]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    let sent = false
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text
      if (!sent && told.length > 200) sent = child.kill(signal)
    })
    const [code, endedBy] = await once(child, 'close')
    return { code, endedBy, acknowledged: told.trim().split('\n').length }
  }

  for (const signal of ['SIGINT', 'SIGTERM']) {
    it(`${signal} that nobody handles ends the process amid its writes, and what was acknowledged is kept`, () =>
      withFolder(async (path) => {
        const { endedBy, acknowledged } = await interrupt(path, signal, 'die')
        assert.equal(endedBy, signal)
        assert.ok((await countIn(path)) >= acknowledged)
      }))

    it(`${signal} that is answered by a close ends the process in order`, () =>
      withFolder(async (path) => {
        const { code, endedBy, acknowledged } = await interrupt(path, signal, 'close')
        assert.deepEqual({ code, endedBy }, { code: 0, endedBy: null })
        assert.equal(existsSync(join(path, '.lock.pid')), false, 'the folder was not released')
        assert.equal(await countIn(path), acknowledged)
      }))
  }
})

describe('threads and modules that come and go', () => {
  it('a hundred worker threads, two at a time, open the folder, and close it or just end', () =>
    withFolder(async (path) => {
      await withClientOf(path, (client) => client.createCollection('c', SMALL))
      let next = 0
      const workers = async () => {
        while (next < 100) {
          const id = next++
          const worker = new Worker(fixture('worker.mjs'), { workerData: { path, id, close: id % 3 === 0 } })
          assert.deepEqual(await once(worker, 'exit'), [0])
        }
      }
      await Promise.all([workers(), workers()])
      assert.equal(await countIn(path), 100)
    }))

  it('a package that is loaded anew, as on hot reload, shares the engine of what was loaded before', () =>
    withFolder(async (path) => {
      const { code, stdout, stderr } = await runScript('reload.mjs', [path])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.deepEqual(JSON.parse(stdout), { classes: 20, count: 20 })
      assert.equal(await countIn(path), 20)
    }))
})

describe('a path', () => {
  const paths = {
    'with spaces': 'my data  folder',
    'in other scripts': join('Bücher', '資料 и данные', '🗂 cafe\u0301'),
    'of many characters': join(...Array.from({ length: 6 }, (_, i) => `${i}`.repeat(60)))
  }
  for (const [what, name] of Object.entries(paths)) {
    it(`${what} holds a store, its snapshots and its lock`, () =>
      withFolder(async (folder) => {
        const path = join(folder, name)
        await withClientOf(path, async (client) => {
          await client.createCollection('c', SMALL)
          await client.upsert('c', { points: [{ id: 1, vector: [1, 2, 3, 4] }] })
          const { name: snapshot } = await client.createSnapshot('c')
          const location = await client.snapshotPath('c', snapshot)
          assert.ok(location.includes(name) && existsSync(location), location)
          assert.equal(JSON.parse((await runScript('open.mjs', [path])).stdout).code, 'STORAGE_LOCKED')
          await client.recoverSnapshot('d', { location })
          assert.deepEqual(await client.count('d'), { count: 1 })
        })
        assert.equal(await countIn(path), 1)
      }))
  }

  it('is the same folder, however it is written', () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, 'a'))
      const path = join(folder, 'store')
      const others = [
        `${path}${sep}`,
        `${join(folder, 'a')}${sep}..${sep}store`,
        relative(process.cwd(), path)
      ]
      await withClientOf(path, async (client) => {
        await client.createCollection('c', SMALL)
        for (const other of others) {
          await withClientOf(other, async (same) =>
            assert.equal((await same.getCollections()).collections.length, 1)
          )
        }
      })
    }))
})
