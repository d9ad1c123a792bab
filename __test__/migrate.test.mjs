import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { migrate } from '../index.js'
import { randomNumbers, withClient } from './helpers.mjs'

const withTwo = (use) => withClient((source) => withClient((target) => use(source, target)))

async function fill(source, count = 500) {
  const random = randomNumbers(7)
  await source.createCollection('c', {
    vectors: {
      text: { size: 8, distance: 'Cosine', hnsw_config: { m: 8 } },
      tokens: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
    },
    sparse_vectors: { words: { modifier: 'idf' } },
    hnsw_config: { ef_construct: 50 },
    quantization_config: { scalar: { type: 'int8', always_ram: true } },
    optimizers_config: { indexing_threshold: 5 },
    metadata: { made: 'here' }
  })
  await source.createPayloadIndex('c', { field_name: 'city', field_schema: 'keyword', wait: true })
  await source.createPayloadIndex('c', {
    field_name: 'body',
    field_schema: { type: 'text', tokenizer: 'word', lowercase: true },
    wait: true
  })
  const points = Array.from({ length: count }, (_, id) => ({
    id,
    vector: {
      text: Array.from({ length: 8 }, random),
      ...(id % 3 ? { words: { indices: [id, 1000 + id], values: [random(), random()] } } : {}),
      ...(id % 5 ? { tokens: [[random(), random()]] } : {})
    },
    payload: id % 7 ? { city: `c${id % 4}`, n: id / 3 } : {}
  }))
  await source.upsert('c', { points })
  await source.updateCollectionAliases({
    actions: [{ create_alias: { alias_name: 'current', collection_name: 'c' } }]
  })
}

const everything = async (client, name) =>
  (await client.scroll(name, { limit: 10_000, with_payload: true, with_vector: true })).points

describe('migrate', () => {
  it('copies settings, indexes, aliases and points exactly', () =>
    withTwo(async (source, target) => {
      await fill(source)
      await source.createCollection('empty', {})
      const progress = []
      const result = await migrate(source, target, { batchSize: 64, onProgress: (p) => progress.push(p) })
      assert.deepEqual(result, {
        collections: [
          { name: 'c', points: 500, copied: 500, skipped: 0 },
          { name: 'empty', points: 0, copied: 0, skipped: 0 }
        ]
      })
      assert.deepEqual(await everything(target, 'current'), await everything(source, 'c'))
      const [from, to] = [await source.getCollection('c'), await target.getCollection('c')]
      assert.deepEqual(to.config, from.config)
      assert.deepEqual(to.payload_schema, from.payload_schema)
      assert.deepEqual(progress[0], { collection: 'c', done: 64, total: 500 })
      assert.deepEqual(progress.at(-2), { collection: 'c', done: 500, total: 500 })
    }))

  it('goes on where it was stopped', () =>
    withTwo(async (source, target) => {
      await fill(source)
      const stop = new AbortController()
      const half = migrate(source, target, {
        batchSize: 50,
        signal: stop.signal,
        onProgress: ({ done }) => done >= 200 && stop.abort()
      })
      await assert.rejects(half, { name: 'AbortError' })
      assert.equal((await target.count('c')).count, 200)
      const { collections } = await migrate(source, target, { collections: ['c'] })
      assert.deepEqual(collections, [{ name: 'c', points: 500, copied: 300, skipped: 200 }])
    }))

  it('refuses a target that does not fit, and one that has points of its own', () =>
    withTwo(async (source, target) => {
      await fill(source, 10)
      await target.createCollection('c', { vectors: { size: 8, distance: 'Cosine' } })
      await assert.rejects(migrate(source, target), /collection c has other vectors/)
      await target.deleteCollection('c')
      await migrate(source, target)
      await target.upsert('c', { points: [{ id: 999, vector: {} }] })
      await assert.rejects(migrate(source, target), /source has 10 points, the target 11/)
    }))

  it('keeps to the strict modes, and copies them last', () =>
    withTwo(async (source, target) => {
      const strict_mode_config = {
        enabled: true,
        max_query_limit: 30,
        upsert_max_batchsize: 20,
        unindexed_filtering_retrieve: false
      }
      await source.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
      const points = Array.from({ length: 100 }, (_, id) => ({ id, vector: [id, 1] }))
      await source.upsert('c', { points })
      await source.updateCollection('c', { strict_mode_config })
      const progress = []
      await migrate(source, target, { onProgress: ({ done }) => progress.push(done) })
      assert.deepEqual(progress, [20, 40, 60, 80, 100])
      const [from, to] = [await source.getCollection('c'), await target.getCollection('c')]
      assert.deepEqual(to.config, from.config)
      const { collections } = await migrate(source, target)
      assert.deepEqual(collections, [{ name: 'c', points: 100, copied: 0, skipped: 100 }])
    }))

  it('waits where a collection takes no more operations for now', () =>
    withTwo(async (source, target) => {
      await source.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
      await source.upsert('c', { points: [{ id: 1, vector: [1, 2] }] })
      const refusal = Object.assign(new Error('for now'), { retryAfter: 0.01 })
      let refusals = 3
      const busy = new Proxy(target, {
        get:
          (_, method) =>
          async (...args) => {
            if (method === 'upsert' && refusals-- > 0) throw refusal
            return target[method](...args)
          }
      })
      await migrate(source, busy)
      assert.equal(refusals, -1)
      assert.deepEqual(await everything(target, 'c'), await everything(source, 'c'))
    }))

  it('takes an alias for its collection', () =>
    withTwo(async (source, target) => {
      await fill(source, 10)
      const { collections } = await migrate(source, target, { collections: ['current', 'c'] })
      assert.deepEqual(collections, [{ name: 'c', points: 10, copied: 10, skipped: 0 }])
      assert.deepEqual(await target.getAliases(), await source.getAliases())
    }))

  it('finds a point that is not the same', () =>
    withTwo(async (source, target) => {
      await fill(source, 10)
      await migrate(source, target)
      await target.setPayload('c', { points: [3], payload: { city: 'elsewhere' } })
      await assert.rejects(migrate(source, target), /point 3 is not the same/)
    }))
})
