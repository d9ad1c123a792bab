import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'

import { connectPort, RemoteError, serve } from 'qdrant-embedded/bridge'
import { commonJsBridge, commonJsBridgeText } from '../scripts/lib/bridge.mjs'
import { withClient, withPoints } from './helpers.mjs'

const POINTS = [
  { id: 1, vector: [1, 0, 0, 0], payload: { name: 'sea' } },
  { id: 2, vector: [0, 1, 0, 0], payload: { name: 'sky' } }
]

/** Serves a client at one end of a channel, and calls `use` with the client at the other end. */
async function withBridge(client, options, use) {
  const { port1, port2 } = new MessageChannel()
  const served = serve(client, port1, options)
  const remote = await connectPort(port2)
  try {
    return await use(remote, { served, port: port1 })
  } finally {
    await remote.close()
    await served.closed
  }
}

/** A matcher for `assert.rejects`: an error of the bridge with this code, whose message holds `text`. */
const refused = (code, text) => (error) => {
  assert.ok(error instanceof RemoteError, `${error}`)
  assert.equal(error.code, code)
  assert.ok(error.message.includes(text), error.message)
  return true
}

const isClosed = refused('PORT_CLOSED', 'The port to the engine is closed')

describe('a client over a port to a worker thread', () => {
  let worker
  before(() => {
    worker = new Worker(new URL('fixtures/engine-worker.mjs', import.meta.url))
  })
  after(() => worker.terminate())

  const connectWorker = (allow) => {
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ port: port1, allow }, [port1])
    return connectPort(port2)
  }

  const withWorker = async (allow, use) => {
    const client = await connectWorker(allow)
    try {
      await use(client)
    } finally {
      await client.close()
    }
  }

  it('answers as the client there', () =>
    withWorker(undefined, async (client) => {
      await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
      await client.upsert('photos', { points: POINTS })
      const { points } = await client.query('photos', { query: [1, 0, 0, 0], limit: 1, with_payload: true })
      assert.deepEqual(points, [{ id: 1, version: 0, score: 1, payload: { name: 'sea' } }])
      const names = (await client.scroll('photos')).points.map(({ payload }) => payload.name)
      assert.deepEqual(names, ['sea', 'sky'])
    }))

  it('takes typed arrays and bigints as they are', () =>
    withWorker(undefined, async (client) => {
      await client.createCollection('numbers', { vectors: { size: 4, distance: 'Dot' } })
      const id = 2n ** 63n + 1n
      await client.upsert('numbers', { points: [{ id, vector: Float32Array.of(0.1, 0.2, 0.3, 0.4) }] })
      const [point] = await client.retrieve('numbers', { ids: [id], with_vector: true })
      assert.equal(point.id, id)
      assert.deepEqual(Float32Array.from(point.vector), Float32Array.of(0.1, 0.2, 0.3, 0.4))
      assert.equal(await client.describe(new Float32Array(3)), 'Float32Array of 3')
      assert.equal(await client.describe(new Uint8Array(5)), 'Uint8Array of 5')
    }))

  it('rejects with the error of the client there', () =>
    withWorker(undefined, async (client) => {
      await assert.rejects(client.getCollection('nowhere'), (error) => {
        assert.ok(error instanceof RemoteError)
        const message = "Not found: Collection `nowhere` doesn't exist!"
        assert.equal(error.name, 'QdrantError')
        assert.equal(error.message, message)
        assert.equal(error.status, 404)
        assert.equal(error.statusText, 'Not Found')
        assert.deepEqual(error.data.status, { error: message })
        return true
      })
    }))

  it('reaches nothing but what is allowed', () =>
    withWorker(['query', 'getCollections'], async (client) => {
      assert.ok(Array.isArray((await client.getCollections()).collections))
      await assert.rejects(client.deleteCollection('photos'), refused('NOT_OFFERED', '`deleteCollection`'))
    }))

  it('is told at once when the thread ends', async () => {
    const client = await connectWorker()
    const waiting = client.crash()
    await assert.rejects(waiting, isClosed)
    await client.closed
    await assert.rejects(client.getCollections(), isClosed)
  })
})

describe('the bridge', () => {
  it('offers the public methods of a client, and nothing else', () =>
    withClient(async (client) => {
      const { port1, port2 } = new MessageChannel()
      serve(client, port1)
      for (const method of ['api', 'constructor', '_openApiClient', '__proto__', 'toString', 'close', null]) {
        const { error } = await answerTo(port2, { method })
        assert.equal(error?.fields.code, 'NOT_OFFERED', method)
      }
      const { value } = await answerTo(port2, { method: 'getCollections' })
      assert.deepEqual(value, { collections: [] })
      port2.close()
    }))

  it('closes the port, never the client', () =>
    withClient(async (client) => {
      await withBridge(client, {}, async (remote) => {
        await remote.close()
        await remote.closed
        await assert.rejects(remote.getCollections(), isClosed)
      })
      assert.deepEqual(await client.getCollections(), { collections: [] })
    }))

  it('refuses an `allow` that names no method, and functions whose names are taken', () =>
    withClient((client) => {
      const { port1 } = new MessageChannel()
      assert.throws(() => serve(client, port1, { allow: ['qeury'] }), /`allow` names `qeury`/)
      assert.throws(() => serve(client, port1, { allow: ['close'] }), TypeError)
      for (const name of ['query', 'then', 'close']) {
        assert.throws(() => serve(client, port1, { functions: { [name]() {} } }), /that name is taken/)
      }
      assert.throws(() => serve(client, port1, { functions: { model: 'clip' } }), /not a function/)
      port1.close()
    }))

  it('rejects what is under way when the port is closed, at either end', () =>
    withPoints(POINTS, async (client) => {
      const functions = { forever: () => new Promise(() => {}) }
      for (const close of [
        (remote) => remote.close(),
        (_remote, { served }) => served.close(),
        (_remote, { port }) => port.close()
      ]) {
        await withBridge(client, { functions }, async (remote, ends) => {
          const calls = [remote.forever(), remote.forever()]
          close(remote, ends)
          for (const call of calls) await assert.rejects(call, isClosed)
        })
      }
    }))

  it('is not connected when the port is closed before', async () => {
    const { port1, port2 } = new MessageChannel()
    const connected = connectPort(port2)
    port1.close()
    await assert.rejects(connected, isClosed)
  })

  it('is closed by its signal, whether it is connected or not', () =>
    withClient(async (client) => {
      const ports = new MessageChannel()
      await assert.rejects(connectPort(ports.port2, { signal: AbortSignal.abort() }), isClosed)

      for (const isServed of [false, true]) {
        const { port1, port2 } = new MessageChannel()
        const functions = { forever: () => new Promise(() => {}) }
        if (isServed) serve(client, port1, { functions })
        const controller = new AbortController()
        const connected = connectPort(port2, { signal: controller.signal })
        const waiting = isServed ? (await connected).forever() : connected
        controller.abort()
        await assert.rejects(waiting, isClosed)
        if (isServed) await (await connected).closed
      }
    }))

  it('waits for the other end to serve', () =>
    withClient(async (client) => {
      const { port1, port2 } = new MessageChannel()
      const connected = connectPort(port2)
      await sleep(20)
      serve(client, port1)
      const remote = await connected
      assert.deepEqual(await remote.getCollections(), { collections: [] })
      await remote.close()
    }))

  it('calls back with progress, also of many calls at a time', () =>
    withPoints(POINTS, (client) =>
      withBridge(client, {}, async (remote) => {
        const seen = [[], []]
        await Promise.all(
          seen.map((heard) =>
            remote.waitForIndexing('points', { onProgress: (progress) => heard.push(progress) })
          )
        )
        for (const heard of seen) {
          assert.deepEqual(heard.at(-1), { status: 'green', points: 2, indexedVectors: 0 })
        }
      })
    ))

  it('ends a call with what its callback throws', () =>
    withClient(async (client) => {
      let signalOfCall
      const functions = {
        tally(to, { onProgress, signal }) {
          signalOfCall = signal
          onProgress(to)
          return new Promise(() => {})
        }
      }
      await withBridge(client, { functions }, async (remote) => {
        const mistake = new Error('mine')
        const onProgress = () => {
          throw mistake
        }
        const { signal } = new AbortController()
        await assert.rejects(remote.tally(3, { onProgress, signal }), (error) => error === mistake)
        await until(() => signalOfCall.aborted)
      })
    }))

  it('gives up a call by its signal at both ends', () =>
    withClient(async (client) => {
      let aborted = 0
      const functions = {
        sleep: (_ms, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted++
              reject(signal.reason)
            })
          })
      }
      await withBridge(client, { functions }, async (remote) => {
        const controller = new AbortController()
        const call = remote.sleep(1e6, { signal: controller.signal })
        const reason = new Error('enough')
        controller.abort(reason)
        await assert.rejects(call, (error) => error === reason)
        await until(() => aborted === 1)

        const { signal } = new AbortController()
        const left = remote.sleep(1e6, { signal })
        left.catch(() => {})
        await remote.getCollections()
        await remote.close()
        await until(() => aborted === 2)
      })
    }))

  it('makes no call for a signal that was given before', () =>
    withPoints(POINTS, (client) =>
      withBridge(client, {}, async (remote) => {
        const reason = new Error('no')
        const signal = AbortSignal.abort(reason)
        await assert.rejects(remote.delete('points', { points: [1], signal }), (error) => error === reason)
        assert.equal((await remote.count('points')).count, 2)
      })
    ))

  it('rejects what no port can carry, and goes on', () =>
    withClient(async (client) => {
      const functions = { give: () => () => {}, take: () => 'taken' }
      await withBridge(client, { functions }, async (remote) => {
        await assert.rejects(remote.give(), { name: 'DataCloneError' })
        await assert.rejects(remote.take({ deep: { inside: () => {} } }), { name: 'DataCloneError' })
        assert.equal(await remote.take(), 'taken')
      })
    }))

  it('carries errors of every kind', () =>
    withClient(async (client) => {
      const cyclic = Object.assign(new RangeError('round'), { code: 'ROUND', deep: { list: [1n] } })
      cyclic.self = { error: cyclic }
      cyclic.round = [cyclic.round]
      cyclic.round.push(cyclic.round)
      const thrown = { cyclic, text: 'only text', nothing: undefined }
      const functions = {
        fail(kind) {
          throw thrown[kind]
        }
      }
      await withBridge(client, { functions }, async (remote) => {
        await assert.rejects(remote.fail('cyclic'), {
          name: 'RangeError',
          message: 'round',
          code: 'ROUND',
          deep: { list: [1n] }
        })
        await assert.rejects(remote.fail('text'), { name: 'RemoteError', message: 'only text' })
        await assert.rejects(remote.fail('nothing'), { name: 'RemoteError', message: 'undefined' })
      })
    }))

  it('is not disturbed by messages of others', () =>
    withClient(async (client) => {
      const { port1, port2 } = new MessageChannel()
      for (const message of [
        null,
        7,
        'call',
        {},
        { type: 'call' },
        { type: 'abort', id: 9 },
        { type: 'call', args: 3 }
      ]) {
        port1.postMessage(message)
        port2.postMessage(message)
      }
      serve(client, port1)
      const remote = await connectPort(port2)
      assert.deepEqual(await remote.getCollections(), { collections: [] })
      await remote.close()
    }))

  it("works with the ports of Electron's main process", () =>
    withPoints(POINTS, async (client) => {
      const { port1, port2 } = new MessageChannel()
      const functions = { forever: () => new Promise(() => {}) }
      const served = serve(client, new PortMain(port1), { functions })
      const remote = await connectPort(new PortMain(port2))
      assert.equal((await remote.count('points')).count, 2)
      const waiting = remote.forever()
      served.close()
      await assert.rejects(waiting, isClosed)
    }))

  it('is the same for `require` as for `import`', () => {
    assert.equal(fs.readFileSync(commonJsBridge, 'utf8'), commonJsBridgeText())
    const required = createRequire(import.meta.url)('qdrant-embedded/bridge')
    assert.deepEqual(Object.keys(required), ['RemoteError', 'connectPort', 'serve'])
  })

  it('needs nothing of Node.js', () => {
    assert.doesNotMatch(commonJsBridgeText(), /require\(|process\.|Buffer|node:/)
  })
})

/** A port as Electron's main process has them: an event emitter, with messages as the `data` of events. */
class PortMain {
  #port
  constructor(port) {
    this.#port = port
  }
  on(event, listener) {
    this.#port.on(event, (data) => listener({ data, ports: [] }))
    return this
  }
  start() {
    this.#port.start()
  }
  postMessage(message) {
    this.#port.postMessage(message)
  }
  close() {
    this.#port.close()
  }
}

let lastId = -1

/** What is answered to a call as no client makes it. */
function answerTo(served, call) {
  return new Promise((resolve) => {
    const id = lastId--
    served.on('message', function answered(message) {
      if (message.id !== id) return
      served.off('message', answered)
      resolve(message)
    })
    served.postMessage({ type: 'call', id, args: [], hasSignal: false, callbacks: [], ...call })
  })
}

async function until(condition) {
  for (let waited = 0; !condition(); waited += 5) {
    assert.ok(waited < 5000, 'waited in vain')
    await sleep(5)
  }
}
