import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient, withPoints } from './helpers.mjs'

const DIMENSION = 64

/** Enough points to be worth an index by these settings. */
async function fill(client, count = 3000) {
  await client.createCollection('points', {
    vectors: { size: DIMENSION, distance: 'Cosine' },
    optimizers_config: { indexing_threshold: 100 }
  })
  const vector = (id) => Float32Array.from({ length: DIMENSION }, (_, i) => Math.sin(id * 31 + i))
  await client.upsert('points', {
    points: Array.from({ length: count }, (_, id) => ({ id, vector: vector(id) }))
  })
}

describe('waitForIndexing', () => {
  it('resolves when all is indexed, with what the collection is then, and tells how far it is', () =>
    withClient(async (client) => {
      await fill(client)
      const progress = []
      const info = await client.waitForIndexing('points', { onProgress: (step) => progress.push(step) })
      assert.equal(info.status, 'green')
      assert.equal(info.indexed_vectors_count, 3000)
      assert.deepEqual(progress.at(0), { status: 'yellow', points: 3000, indexedVectors: 0 })
      assert.deepEqual(progress.at(-1), { status: 'green', points: 3000, indexedVectors: 3000 })
    }))

  it('resolves at once where there is nothing to do', () =>
    withPoints([{ id: 1, vector: [1, 2, 3, 4] }], async (client) => {
      assert.equal((await client.waitForIndexing('points')).points_count, 1)
    }))

  it('ends with the reason of its signal, and the optimizer goes on', () =>
    withClient(async (client) => {
      await fill(client)
      const controller = new AbortController()
      const reason = new Error('enough')
      const onProgress = () => controller.abort(reason)
      await assert.rejects(
        client.waitForIndexing('points', { onProgress, signal: controller.signal }),
        (error) => error === reason
      )
      await client.waitForIndexing('points')
    }))

  it('rejects for a collection that does not exist', () =>
    withClient((client) =>
      assert.rejects(client.waitForIndexing('nowhere'), refusal(404, "`nowhere` doesn't exist"))
    ))
})
