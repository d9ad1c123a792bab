import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient } from '../helpers.mjs'

/** Calls `use` with a function that queries `c`, whose ids are also those of other vectors in `other`. */
function withTwo(use) {
  return withClient(async (client) => {
    await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
    await client.createCollection('other', {
      vectors: { flat: { size: 2, distance: 'Cosine' }, deep: { size: 3, distance: 'Dot' } }
    })
    const vectors = [
      [1, 0],
      [0, 1],
      [-1, 0]
    ]
    await client.upsert('c', { points: vectors.map((vector, i) => ({ id: i + 1, vector })) })
    await client.upsert('other', {
      points: [
        { id: 1, vector: { flat: [0, 1], deep: [1, 2, 3] } },
        { id: 9, vector: { deep: [1, 2, 3] } }
      ]
    })
    const query = async (args) => (await client.query('c', args)).points.map(({ id }) => id)
    return use(query, client)
  })
}

describe('lookup_from', () => {
  const lookup_from = { collection: 'other', vector: 'flat' }

  it('takes the vector from the other collection and leaves no point out', () =>
    withTwo(async (query) => {
      assert.deepEqual(await query({ query: 1 }), [2, 3])
      assert.deepEqual((await query({ query: 1, lookup_from }))[0], 2)
      assert.deepEqual((await query({ query: 1, lookup_from })).toSorted(), [1, 2, 3])
      const recommend = { positive: [1], negative: [[1, 0]] }
      assert.deepEqual((await query({ query: { recommend }, lookup_from })).toSorted(), [1, 2, 3])
      assert.deepEqual(await query({ prefetch: { query: 1, lookup_from, limit: 1 }, query: [1, 0] }), [2])
    }))

  it('of the searched collection is as none', () =>
    withTwo(async (query) => {
      assert.deepEqual(await query({ query: 1, lookup_from: { collection: 'c' } }), [2, 3])
    }))

  it('names what is missing', () =>
    withTwo(async (query) => {
      const from = (collection, vector) => query({ query: 1, lookup_from: { collection, vector } })
      await assert.rejects(from('none'), refusal(404, 'Not found: Collection none not found'))
      await assert.rejects(from('other', 'none'), refusal(400, 'Not existing vector name error: none'))
      await assert.rejects(from('other', 'deep'), refusal(400, 'expected dim: 2, got 3'))
      await assert.rejects(query({ query: 5, lookup_from }), refusal(404, 'No point with id 5 found'))
      await assert.rejects(query({ query: 9, lookup_from }), refusal(404, 'Vector with name'))
    }))

  it('runs beside the removal of both collections', () =>
    withTwo(async (query, client) => {
      const reads = Array.from({ length: 50 }, () => query({ query: 1, lookup_from }))
      const back = Array.from({ length: 50 }, () =>
        client.query('other', { query: 1, using: 'flat', lookup_from: { collection: 'c', vector: '' } })
      )
      const answers = Promise.allSettled([...reads, ...back])
      await Promise.all([client.deleteCollection('other'), client.deleteCollection('c')])
      for (const { status, reason } of await answers) {
        if (status === 'rejected') assert.equal(reason.status, 404, reason.message)
      }
    }))
})
