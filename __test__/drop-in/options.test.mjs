import assert from 'node:assert/strict'
import net from 'node:net'
import { describe, it } from 'node:test'

import { QdrantClientConfigError, QdrantClientTimeoutError } from '@qdrant/js-client-rest'
import { connect, QdrantClient } from 'qdrant-embedded'

const MISTAKES = {
  'nothing that says where the data is': [{}, /`path`.*`url`/],
  'no options': [undefined, /`path`.*`url`/],
  'a url that is not set': [{ url: undefined, apiKey: undefined }, /`path`.*`url`/],
  'a key without a server': [{ apiKey: 'secret' }, /`url`/],
  'a folder and a server': [{ path: 'data', url: 'http://localhost:6333' }, /`path`.*`url`/],
  'a store in memory and a server': [{ location: ':memory:', host: 'localhost' }, /`location`.*`host`/],
  'a folder and the key of a server': [{ path: 'data', apiKey: 'secret' }, /`path`.*`apiKey`/],
  'threads of a server': [{ url: 'http://localhost:6333', searchThreads: 2 }, /`searchThreads`.*`url`/],
  'preset of a server': [{ url: 'http://localhost:6333', preset: 'server' }, /`preset`.*`url`/],
  'durability of a server': [{ url: 'http://localhost:6333', durability: 'sync' }, /`durability`.*`url`/],
  'two folders': [{ path: 'data', location: 'other' }, /either `path` or `location`/],
  'a url as location': [{ location: 'http://localhost:6333' }, /`url`/],
  'an empty path': [{ path: '' }, /`path` is the path of a folder/],
  'a path that is no text': [{ path: new URL('file:///data') }, /`path` is the path of a folder/],
  'a path that is a url of a file': [{ path: 'file:///data' }, /fileURLToPath\('file:\/\/\/data'\)/],
  'a path that means memory': [{ path: ':memory:' }, /`location: ':memory:'`/],
  'a url and a host': [{ url: 'http://localhost:6333', host: 'localhost' }, /Only one of/]
}

describe('the options of a client', () => {
  for (const [name, [options, message]] of Object.entries(MISTAKES)) {
    it(`are refused with ${name}`, async () => {
      const matches = (error) => error instanceof QdrantClientConfigError && message.test(error.message)
      await assert.rejects(connect(options), matches)
      assert.throws(() => new QdrantClient(options), matches)
    })
  }

  for (const name of ['searchThreads', 'updateThreads', 'optimizerCpus']) {
    it(`are refused with a number of ${name} that no machine has`, async () => {
      const message = { message: `\`${name}\` must be a whole number from 1 to 1024` }
      for (const number of [0, -1, 1.5, Number.NaN, 1025, 2 ** 32 + 1]) {
        await assert.rejects(connect({ location: ':memory:', [name]: number }), message, String(number))
      }
    })
  }

  it('may be those that a REST client takes besides its address', async (t) => {
    const extras = {
      checkCompatibility: true,
      headers: { 'x-tenant': 'a' },
      maxConnections: 3,
      timeout: 60_000
    }
    const client = await connect({ location: ':memory:', url: undefined, ...extras })
    t.after(() => client.close())
    assert.deepEqual(await client.getCollections(), { collections: [] })
  })

  it('bound the time of a call', async (t) => {
    const client = new QdrantClient({ location: ':memory:', timeout: 0.001 })
    t.after(() => client.close())
    const points = Array.from({ length: 5000 }, (_, id) => ({ id, vector: [id, 1, 2, 3] }))
    await client.createCollection('c', { vectors: { size: 4, distance: 'Dot' } }).catch(() => {})
    await assert.rejects(client.upsert('c', { points }), QdrantClientTimeoutError)
  })
})

it('a client of a folder opens no connection', async (t) => {
  const opened = t.mock.method(net.Socket.prototype, 'connect')
  const fetched = t.mock.method(globalThis, 'fetch')
  const client = await connect({ location: ':memory:', checkCompatibility: true })
  t.after(() => client.close())
  await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
  await client.upsert('c', { points: [{ id: 1, vector: [1, 2] }] })
  await client.search('c', { vector: [1, 2] })
  await client.versionInfo()
  await client.api().telemetry({})
  assert.equal(opened.mock.callCount() + fetched.mock.callCount(), 0)
})
