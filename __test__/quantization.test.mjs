import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { connect } from '../index.js'
import { refusal, withClient } from './helpers.mjs'

const INT8 = { scalar: { type: 'int8', always_ram: true } }
const TURBO4 = { turbo: { bits: 'bits4', always_ram: true } }

const vector = (settings) => ({ size: 4, distance: 'Cosine', ...settings })

const unknown = (path) =>
  refusal(400, `Format error in JSON body: ${path}quantization_config: 'int9' is none of 'int8', 'turbo4'`)

async function configOf(client, name = 'c') {
  const { config } = await client.getCollection(name)
  return config
}

describe('a word for a quantization', () => {
  it('stands for settings of the API, with the vectors themselves on the disk', () =>
    withClient(async (client) => {
      for (const [word, settings] of Object.entries({ int8: INT8, turbo4: TURBO4 })) {
        await client.createCollection(word, { vectors: vector(), quantization_config: word })
        const { params, quantization_config } = await configOf(client, word)
        assert.deepEqual(quantization_config, settings)
        assert.deepEqual(params.vectors, vector({ on_disk: true }))
        await client.upsert(word, { points: [{ id: 1, vector: [1, 0, 0, 0] }] })
        const { points } = await client.query(word, { query: [1, 0, 0, 0] })
        assert.deepEqual(
          points.map(({ id }) => id),
          [1]
        )
      }
    }))

  it('leaves vectors where their settings say that they are', () =>
    withClient(async (client) => {
      await client.recreateCollection('c', {
        vectors: {
          placed: vector({ memory: 'cached' }),
          resident: vector({ on_disk: false }),
          other: vector({ quantization_config: INT8 }),
          own: vector({ quantization_config: 'turbo4' }),
          plain: vector()
        },
        quantization_config: 'int8'
      })
      const { params, quantization_config } = await configOf(client)
      assert.deepEqual(quantization_config, INT8)
      assert.deepEqual(params.vectors, {
        placed: vector({ memory: 'cached' }),
        resident: vector({ on_disk: false }),
        other: vector({ quantization_config: INT8 }),
        own: vector({ quantization_config: TURBO4, on_disk: true }),
        plain: vector({ on_disk: true })
      })
    }))

  it('can be one for a single vector of several', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: { small: vector({ quantization_config: 'int8' }), plain: vector() }
      })
      const { params, quantization_config } = await configOf(client)
      assert.equal(quantization_config, null)
      assert.deepEqual(params.vectors, {
        small: vector({ quantization_config: INT8, on_disk: true }),
        plain: vector()
      })
    }))

  it('can be given later, and taken back', () =>
    withClient(async (client) => {
      await client.createCollection('c', { vectors: vector() })
      await client.updateCollection('c', {
        quantization_config: 'int8',
        vectors: { '': { quantization_config: 'turbo4' } }
      })
      const changed = await configOf(client)
      assert.deepEqual(changed.quantization_config, INT8)
      assert.deepEqual(changed.params.vectors, vector({ quantization_config: TURBO4 }))
      await client.updateCollection('c', {
        quantization_config: 'Disabled',
        vectors: { '': { quantization_config: 'Disabled' } }
      })
      const restored = await configOf(client)
      assert.equal(restored.quantization_config, null)
      assert.deepEqual(restored.params.vectors, vector())
    }))

  it('that is unknown is refused by its place, and nothing is changed', () =>
    withClient(async (client) => {
      await assert.rejects(
        client.createCollection('c', { vectors: vector(), quantization_config: 'int9' }),
        unknown('')
      )
      const own = vector({ quantization_config: 'int9' })
      await assert.rejects(client.createCollection('c', { vectors: own }), unknown('vectors.'))
      await assert.rejects(client.recreateCollection('c', { vectors: { a: own } }), unknown('vectors.a.'))
      assert.deepEqual(await client.getCollections(), { collections: [] })
      await client.createCollection('c', { vectors: vector() })
      const before = await configOf(client)
      await assert.rejects(client.updateCollection('c', { quantization_config: 'int9' }), unknown(''))
      assert.deepEqual(await configOf(client), before)
    }))
})

describe('a preset', () => {
  it('that is unknown is refused', async () => {
    await assert.rejects(
      connect({ location: ':memory:', preset: 'laptop' }),
      /`preset` is 'desktop' or 'server'/
    )
  })

  for (const [preset, threshold] of [
    [undefined, 2000],
    ['desktop', 2000],
    ['server', 10000]
  ]) {
    it(`${preset} gives a new collection the threshold for comparing one by one`, async (t) => {
      const client = await connect({ location: ':memory:', preset })
      t.after(() => client.close())
      await client.createCollection('c', { vectors: vector() })
      assert.equal((await configOf(client)).hnsw_config.full_scan_threshold, threshold)
    })
  }
})
