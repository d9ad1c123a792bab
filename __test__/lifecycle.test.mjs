import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { connect, QdrantClient, QdrantError } from '../index.js'
import { refusal, runScript, withClient, withFolder } from './helpers.mjs'

const SMALL = { vectors: { size: 4, distance: 'Dot' } }
const ONES = [1, 1, 1, 1]

async function countIn(path) {
  const client = await connect({ path })
  try {
    return (await client.count('c')).count
  } finally {
    await client.close()
  }
}

describe('a client', () => {
  it('refuses calls after close, and may be closed twice', async () => {
    const client = await connect({ location: ':memory:' })
    await Promise.all([client.close(), client.close()])
    await client.close()
    await assert.rejects(client.getCollections(), (error) => {
      assert.ok(error instanceof QdrantError)
      assert.equal(error.code, 'CLIENT_CLOSED')
      return true
    })
  })

  it('is closed by `await using`', async () => {
    let kept
    {
      const client = await connect({ location: ':memory:' })
      kept = client
      await client[Symbol.asyncDispose]()
    }
    await assert.rejects(kept.getCollections(), (error) => error.code === 'CLIENT_CLOSED')
  })

  it('answers what was called before close', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      const calls = [client.createCollection('c', SMALL)]
      for (let id = 0; id < 200; id++) calls.push(client.upsert('c', { points: [{ id, vector: ONES }] }))
      calls.push(client.close())
      await Promise.all(calls)
      assert.equal(await countIn(path), 200)
    }))

  it('applies writes in call order, also when they are not awaited', () =>
    withClient(async (client) => {
      const calls = [client.createCollection('c', SMALL)]
      for (let round = 0; round < 300; round++) {
        calls.push(client.upsert('c', { points: [{ id: 1, vector: ONES, payload: { round } }] }))
      }
      await Promise.all(calls)
      assert.deepEqual((await client.retrieve('c', { ids: [1] }))[0].payload, { round: 299 })
      const deletions = [client.deleteCollection('c'), client.createCollection('c', SMALL), client.count('c')]
      assert.deepEqual(await Promise.all(deletions), [true, true, { count: 0 }])
    }))

  it('shares the folder with the other clients of its process', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      const second = await connect({ path: join(path, '..', path.split(/[\\/]/).at(-1)) })
      await first.createCollection('c', SMALL)
      await second.upsert('c', { points: [{ id: 1, vector: ONES }] })
      await first.close()
      assert.deepEqual(await second.count('c'), { count: 1 })
      await second.close()
      assert.equal(await countIn(path), 1)
    }))

  it(
    'that cannot flush says so, stays open, and can be closed later',
    {
      skip: process.platform === 'win32' && 'an open folder cannot be moved'
    },
    () =>
      withFolder(async (path) => {
        const client = await connect({ path })
        await client.createCollection('c', SMALL)
        await client.upsert('c', { points: [{ id: 1, vector: ONES }] })
        const segments = join(path, 'collections/c/0/segments')
        await rename(segments, join(path, 'aside'))
        await assert.rejects(client.close(), (error) => {
          assert.ok(error instanceof QdrantError)
          assert.notEqual(error.code, 'CLIENT_CLOSED')
          return true
        })
        assert.deepEqual(await client.count('c'), { count: 1 })
        await client.upsert('c', { points: [{ id: 2, vector: ONES }] })
        await rename(join(path, 'aside'), segments)
        await client.close()
        await assert.rejects(client.count('c'), (error) => error.code === 'CLIENT_CLOSED')
        assert.equal(await countIn(path), 2)
      })
  )

  it('closed amid a flood of calls loses none that it acknowledged', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.createCollection('c', SMALL)
      let acknowledged = 0
      const call = async (id) => {
        await client.upsert('c', { points: [{ id, vector: ONES }] })
        acknowledged++
      }
      // Before close, beyond the number of calls that it takes in at once, and after.
      const before = Array.from({ length: 3000 }, (_, id) => call(id))
      const closed = client.close()
      const after = Array.from({ length: 100 }, (_, id) => call(10_000 + id))
      const refusals = (await Promise.allSettled(after)).map(({ reason }) => reason?.code)
      assert.deepEqual([...new Set(refusals)], ['CLIENT_CLOSED'])
      await Promise.all([...before, closed])
      assert.equal(acknowledged, 3000)
      assert.equal(await countIn(path), 3000)
    }))

  it('can be opened again at once', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await first.createCollection('c', SMALL)
      for (let id = 0; id < 20; id++) {
        const [client] = await Promise.all([connect({ path }), id === 0 ? first.close() : undefined])
        await client.upsert('c', { points: [{ id, vector: ONES }] })
        client.close()
      }
      assert.equal(await countIn(path), 20)
    }))

  it('made by `new` queues its calls until the storage is open', () =>
    withFolder(async (path) => {
      const client = new QdrantClient({ path })
      const results = await Promise.all([client.createCollection('c', SMALL), client.collectionExists('c')])
      assert.deepEqual(results, [true, { exists: true }])
      await client.close()
    }))

  it('serves a hundred writers and readers of one collection at once, and fifty collections', () =>
    withClient(async (client) => {
      const names = Array.from({ length: 50 }, (_, number) => `c${number}`)
      await Promise.all(names.map((name) => client.createCollection(name, SMALL)))
      const writer = async (number) => {
        for (let id = number * 10; id < number * 10 + 10; id++) {
          await client.upsert('c0', { points: [{ id, vector: ONES, payload: { id } }] })
          assert.deepEqual((await client.retrieve('c0', { ids: [id] }))[0].payload, { id })
        }
        await client.upsert(names[number % 50], { points: [{ id: 1000 + number, vector: ONES }] })
      }
      const reader = async (number) => {
        for (let round = 0; round < 10; round++) {
          await client.query(names[number % 50], { query: ONES, limit: 3 })
        }
      }
      const numbers = Array.from({ length: 100 }, (_, number) => number)
      await Promise.all([...numbers.map(writer), ...numbers.map(reader)])
      const counts = await Promise.all(names.map(async (name) => (await client.count(name)).count))
      assert.deepEqual(counts, [1002, ...Array(49).fill(2)])
    }))

  it('needs to know where its data is', () => {
    assert.throws(() => new QdrantClient({}), /give a storage folder as `path`/)
    assert.throws(() => new QdrantClient({ path: 'a', location: ':memory:' }), /either `path` or `location`/)
  })

  it('in memory leaves nothing behind', (t) =>
    withFolder(async (folder) => {
      const { TMPDIR } = process.env
      t.after(() => {
        if (TMPDIR === undefined) delete process.env.TMPDIR
        else process.env.TMPDIR = TMPDIR
      })
      process.env.TMPDIR = folder
      const client = await connect({ location: ':memory:' })
      await client.createCollection('c', SMALL)
      const other = await connect({ location: ':memory:' })
      assert.deepEqual(await other.getCollections(), { collections: [] })
      assert.equal((await readdir(folder)).length, 2)
      await Promise.all([client.close(), other.close()])
      assert.deepEqual(await readdir(folder), [])
    }))
})

describe('a storage folder', () => {
  it('that holds something else is refused, and left as it is', () =>
    withFolder(async (path) => {
      await writeFile(join(path, 'holiday.jpg'), 'not ours')
      await assert.rejects(connect({ path }), (error) => {
        assert.equal(error.code, 'STORAGE_DAMAGED')
        assert.match(error.message, /holiday\.jpg/)
        return true
      })
      assert.equal(existsSync(join(path, 'collections')), false)
      assert.equal(existsSync(join(path, 'format.json')), false)
    }))

  it('of a newer format is refused', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.close()
      await writeFile(join(path, 'format.json'), JSON.stringify({ format: 1000, written_by: '99.0.0' }))
      await assert.rejects(connect({ path }), (error) => {
        assert.match(error.message, /format\.json.*99\.0\.0.*upgrade qdrant-embedded/)
        return true
      })
    }))

  it('that cannot be made is refused, also to calls of a client that does not wait', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'file')
      await writeFile(file, '')
      await assert.rejects(connect({ path: join(file, 'store') }), (error) => error.message.includes(file))
      const client = new QdrantClient({ path: join(file, 'store') })
      await assert.rejects(client.getCollections(), (error) => error.message.includes(file))
    }))

  it('that the system refuses is not called damaged', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'file')
      await writeFile(path, '')
      for (const [taken, reason] of [
        [path, /not a directory/],
        [join(path, 'store'), /\S/]
      ]) {
        await assert.rejects(connect({ path: taken }), (error) => {
          assert.equal(error.status, 500)
          assert.equal(error.code, 'STORAGE_UNAVAILABLE')
          assert.equal(error.path, taken)
          assert.match(error.message, reason)
          return true
        })
      }
    }))

  const notWindows = { skip: process.platform === 'win32' && 'there, a folder in use cannot be removed' }

  it('that is removed while it is open takes nothing until it was closed', notWindows, () =>
    withFolder(async (folder) => {
      const path = join(folder, 'data')
      const first = await connect({ path })
      await first.createCollection('c', SMALL)
      await first.upsert('c', { points: [{ id: 1, vector: [1, 2, 3, 4] }] })
      await rm(path, { recursive: true })
      const unavailable = (error) => {
        assert.equal(error.code, 'STORAGE_UNAVAILABLE')
        assert.match(error.message, /was removed while a client of this process had it open/)
        return true
      }
      await assert.rejects(connect({ path }), unavailable)
      await mkdir(path, { recursive: true })
      await assert.rejects(connect({ path }), unavailable)
      await assert.rejects(first.close(), (error) => {
        assert.equal(error.code, 'STORAGE_UNAVAILABLE')
        assert.match(error.message, /was removed while it was open, and with it what was not flushed/)
        return true
      })
      await first.close()
      await assert.rejects(first.getCollections(), { code: 'CLIENT_CLOSED' })
      const second = await connect({ path })
      assert.deepEqual(await second.getCollections(), { collections: [] })
      await second.createCollection('c', SMALL)
      await second.close()
    })
  )

  it('is left to an optimization that takes longer than `close` may, which the end of the process ends', () =>
    withFolder(async (path) => {
      const { stdout, code } = await runScript('close-while-indexing.mjs', [path])
      assert.deepEqual({ stdout, code }, { stdout: 'closed\n', code: 0 })
      assert.ok(existsSync(join(path, 'collections/c/.unsettled')), 'the optimization came to its end')
      const client = await connect({ path })
      assert.equal((await client.count('c')).count, 6000)
      assert.equal((await client.waitForIndexing('c')).indexed_vectors_count, 6000)
      for (const timeout of [-1, Number.NaN]) {
        await assert.rejects(client.close({ timeout }), (error) => {
          assert.equal(error.status, 400)
          assert.match(error.message, /timeout/)
          return true
        })
      }
      await client.close({ timeout: 0.5 })
      await assert.rejects(client.getCollections(), { code: 'CLIENT_CLOSED' })
    }))

  it('holds what a crash left of a creation only until it is opened', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await first.close()
      await mkdir(join(path, 'collections/half/0'), { recursive: true })
      await writeFile(join(path, 'collections/half/.creating'), '')
      await mkdir(join(path, 'collections/empty'))
      const second = await connect({ path })
      assert.deepEqual(await second.getCollections(), { collections: [] })
      assert.equal(await second.createCollection('half', SMALL), true)
      await second.close()
      assert.deepEqual(await readdir(join(path, 'collections')), ['half'])
      assert.deepEqual(await readdir(join(path, '.removed')), [])
    }))

  it('is held by one process, which the error of a second one names', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      const { stdout, code } = await runScript('open.mjs', [path])
      assert.equal(code, 0)
      const error = JSON.parse(stdout)
      assert.equal(error.status, 423)
      assert.equal(error.code, 'STORAGE_LOCKED')
      assert.equal(error.pid, process.pid)
      assert.equal(error.lockFile.endsWith('.lock'), true)
      assert.ok(error.message.includes(error.lockFile) && error.message.includes(String(process.pid)))
      await client.close()
      assert.deepEqual(JSON.parse((await runScript('open.mjs', [path])).stdout), { opened: true })
    }))
})

describe('a process', () => {
  for (const how of ['forget', 'exit', 'throw', 'handle', 'reject', 'kill']) {
    it(`that ends without close (${how}) ends by itself, and its data is kept`, () =>
      withFolder(async (path) => {
        const { code, signal, stdout } = await runScript('write-and-end.mjs', [path, how])
        assert.match(stdout, /written/)
        if (how === 'kill') assert.equal(signal, 'SIGKILL')
        else assert.equal(code, { forget: 0, exit: 3, throw: 1, handle: 4, reject: 1 }[how])
        assert.equal(await countIn(path), 500)
      }))
  }

  it('that ends without close leaves its data flushed', () =>
    withFolder(async (path) => {
      await runScript('write-and-end.mjs', [path, 'forget'])
      assert.equal(existsSync(join(path, '.lock.pid')), false, 'the engine was not shut down in order')
    }))

  it('forgets clients with calls under way, and still gets the answers and ends', () =>
    withFolder(async (folder) => {
      const ended = await runScript('forget-clients.mjs', [folder], { execArgv: ['--expose-gc'] })
      assert.deepEqual(ended, { code: 0, signal: null, stdout: '30\n', stderr: '' })
    }))

  it('prints nothing unless asked', () =>
    withFolder(async (path) => {
      const silent = await runScript('write-and-end.mjs', [path, 'forget'])
      assert.equal(silent.stderr, '')
      const env = { ...process.env, QDRANT_EMBEDDED_LOG: 'debug' }
      const asked = await runScript('write-and-end.mjs', [path, 'forget'], { env })
      assert.notEqual(asked.stderr, '')
    }))
})

describe('worker threads', () => {
  const start = (workerData) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fileURLToPath(new URL('fixtures/worker.mjs', import.meta.url)), {
        workerData
      })
      worker.once('message', resolve)
      worker.once('error', reject)
    }).then((result) => result)

  it('share the engine of a folder, and may end without close', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.createCollection('c', SMALL)
      const ids = [1, 2, 3, 4, 5, 6]
      const results = await Promise.all(ids.map((id) => start({ path, id, close: id % 2 === 0 })))
      assert.deepEqual(
        results,
        ids.map(() => 'done')
      )
      assert.deepEqual(await client.count('c'), { count: ids.length })
      await client.close()
      assert.equal(await countIn(path), ids.length)
    }))

  it('that are terminated amid writes leave the engine whole', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.createCollection('c', SMALL)
      const worker = new Worker(fileURLToPath(new URL('fixtures/worker.mjs', import.meta.url)), {
        workerData: { path, id: 1, flood: true }
      })
      await new Promise((resolve) => worker.once('message', resolve))
      await worker.terminate()
      const { count } = await client.count('c')
      assert.ok(count > 0)
      await client.upsert('c', { points: [{ id: 1_000_000, vector: ONES }] })
      await client.close()
      assert.ok((await countIn(path)) > count)
    }))
})

describe('an error', () => {
  it('is an Error with what an ApiError of the REST client has: the status and text of a server', () =>
    withClient(async (client) => {
      await assert.rejects(client.count('none'), (error) => {
        assert.ok(error instanceof Error && error instanceof QdrantError)
        assert.equal(error.name, 'QdrantError')
        assert.equal(error.status, 404)
        assert.equal(error.statusText, 'Not Found')
        assert.equal(error.data.status.error, "Not found: Collection `none` doesn't exist!")
        assert.equal(error.message, error.data.status.error)
        assert.match(error.stack, /lifecycle\.test/)
        return true
      })
      await assert.rejects(client.upsert('none', { points: [] }), refusal(404, 'none'))
    }))
})

it('the package works by require and by import alike', async () => {
  const { createRequire } = await import('node:module')
  const names = Object.keys(createRequire(import.meta.url)('qdrant-embedded'))
  assert.deepEqual(Object.keys(await import('qdrant-embedded')).sort(), names.sort())
  assert.ok(
    (await readFile(new URL('../index.d.ts', import.meta.url), 'utf8')).includes(
      'export declare class QdrantClient'
    )
  )
})
