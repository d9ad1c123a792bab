import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { connect } from '../../index.js'
import { randomNumbers, refusal, withClient, withFolder } from '../helpers.mjs'

const SMALL = { vectors: { size: 4, distance: 'Cosine' } }

describe('updateCollection', () => {
  it('changes what is given, and keeps the rest', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.createCollection('c', {
        vectors: { image: { size: 4, distance: 'Dot' }, text: { size: 4, distance: 'Dot', on_disk: true } },
        sparse_vectors: { words: {} },
        metadata: { model: 'clip', version: 1 }
      })
      const before = (await client.getCollection('c')).config
      assert.equal(await client.updateCollection('c', {}), true)
      assert.equal(await client.updateCollection('c'), true)
      assert.deepEqual((await client.getCollection('c')).config, before)

      assert.equal(
        await client.updateCollection('c', {
          vectors: { image: { hnsw_config: { m: 32 }, quantization_config: { scalar: { type: 'int8' } } } },
          sparse_vectors: { words: { modifier: 'idf', index: { on_disk: true } } },
          optimizers_config: { indexing_threshold: 1000, max_optimization_threads: 2 },
          params: { write_consistency_factor: 2, on_disk_payload: false },
          strict_mode_config: { enabled: false, search_max_batchsize: 10 },
          metadata: { version: null, revision: 2 },
          timeout: 10
        }),
        true
      )
      const after = (await client.getCollection('c')).config
      assert.deepEqual(after.params, {
        ...before.params,
        vectors: {
          ...before.params.vectors,
          image: {
            size: 4,
            distance: 'Dot',
            hnsw_config: { m: 32 },
            quantization_config: { scalar: { type: 'int8' } }
          }
        },
        sparse_vectors: { words: { modifier: 'idf', index: { on_disk: true } } },
        write_consistency_factor: 2,
        on_disk_payload: false
      })
      assert.deepEqual(after.optimizer_config, {
        ...before.optimizer_config,
        indexing_threshold: 1000,
        max_optimization_threads: 2
      })
      assert.deepEqual(after.strict_mode_config, { enabled: false, search_max_batchsize: 10 })
      assert.deepEqual(after.metadata, { model: 'clip', revision: 2 })

      await client.updateCollection('c', {
        vectors: { image: { quantization_config: 'Disabled' } },
        optimizers_config: { max_optimization_threads: 'auto' }
      })
      const info = await client.getCollection('c')
      assert.equal(info.config.params.vectors.image.quantization_config, undefined)
      assert.equal(info.config.optimizer_config.max_optimization_threads, null)
      await client.close()

      const again = await connect({ path })
      assert.deepEqual((await again.getCollection('c')).config, info.config)
      await again.close()
    }))

  it('names what is wrong, and then changes nothing', () =>
    withClient(async (client) => {
      await client.createCollection('c', SMALL)
      const before = await client.getCollection('c')
      await assert.rejects(
        client.updateCollection('none', {}),
        refusal(404, "Collection `none` doesn't exist!")
      )
      await assert.rejects(
        client.updateCollection('c', { metadata: { a: 1 }, vectors: { none: { on_disk: true } } }),
        refusal(400, 'Wrong input: Not existing vector name error: none')
      )
      await assert.rejects(
        client.updateCollection('c', { vectors: { '': { memory: 'pinned' } } }),
        refusal(422, 'vectors.?.memory: `pinned` memory placement is not supported for dense vector storage')
      )
      await assert.rejects(
        client.updateCollection('c', { quantization_config: 'off' }),
        refusal(400, 'Format error in JSON body')
      )
      assert.deepEqual(await client.getCollection('c'), before)
    }))

  it('takes its place among the writes, and existing data follows', () =>
    withClient(async (client) => {
      const random = randomNumbers(7)
      await client.createCollection('c', {
        vectors: { size: 32, distance: 'Cosine' },
        optimizers_config: { indexing_threshold: 0 }
      })
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'a' } }]
      })
      const points = (first) =>
        Array.from({ length: 1500 }, (_, i) => ({
          id: first + i,
          vector: Array.from({ length: 32 }, random)
        }))
      const all = [points(0), points(1500)]
      const answers = await Promise.all([
        client.upsert('c', { points: all[0] }),
        client.updateCollection('a', {
          optimizers_config: { indexing_threshold: 100 },
          quantization_config: { scalar: { type: 'int8', always_ram: true } }
        }),
        client.upsert('c', { points: all[1] }),
        client.count('c')
      ])
      assert.deepEqual([answers[0].operation_id, answers[1], answers[2].operation_id], [0, true, 1])
      while ((await client.getCollection('c')).status !== 'green') await setTimeout(20)
      const info = await client.getCollection('c')
      assert.deepEqual([info.points_count, info.indexed_vectors_count], [3000, 3000])
      assert.equal((await client.query('c', { query: all[0][77].vector, limit: 1 })).points[0].id, 77)
      const { completed, running, summary } = await client.getOptimizations('c', { with: 'completed' })
      assert.equal(completed[0].status, 'done')
      assert.deepEqual([running, summary.queued_optimizations], [[], 0])
      await assert.rejects(
        client.getOptimizations('c', { with: 'everything' }),
        refusal(400, "Wrong input: Unknown field in 'with' parameter: everything")
      )
    }))
})

describe('recreateCollection', () => {
  it('replaces a collection, unless the new one is refused', () =>
    withClient(async (client) => {
      assert.equal(await client.recreateCollection('c', SMALL), true)
      await client.upsert('c', { points: [{ id: 1, vector: [1, 0, 0, 0] }] })
      await assert.rejects(client.recreateCollection('c', { vectors: { size: 0, distance: 'Dot' } }))
      assert.deepEqual(await client.count('c'), { count: 1 })
      const answers = await Promise.all([
        client.recreateCollection('c', { vectors: { size: 2, distance: 'Dot' } }),
        client.upsert('c', { points: [{ id: 2, vector: [1, 0] }] }),
        client.count('c')
      ])
      assert.equal(answers[0], true)
      assert.deepEqual(
        (await client.scroll('c')).points.map(({ id }) => id),
        [2]
      )
    }))
})
