import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { randomNumbers, withClient } from './helpers.mjs'

/** The number that JavaScript reads in the shortest decimals that stand for a float32. */
function shortest(number) {
  const float = Math.fround(number)
  for (let digits = 1; ; digits++) {
    const read = Number(float.toPrecision(digits))
    if (Math.fround(read) === float) return read
  }
}

const EDGES = [
  0.1,
  0.2,
  0.3,
  1 / 3,
  1e-8,
  1e-45,
  1.17549435e-38,
  3.4028234e38,
  16777216,
  1e20,
  123456.79,
  -0.7
]

const randomVector = (size, seed) => Array.from({ length: size }, randomNumbers(seed + 1))

const ids = (count) => Array.from({ length: count }, (_, id) => id)

describe('the vectors of an answer', () => {
  it('have the numbers that their decimals stand for', () =>
    withClient(async (client) => {
      const vectors = ids(200).map((id) => (id === 0 ? EDGES : randomVector(EDGES.length, id)))
      await client.createCollection('c', { vectors: { size: EDGES.length, distance: 'Dot' } })
      await client.upsert('c', { batch: { ids: ids(200), vectors } })
      const { points } = await client.scroll('c', { limit: 200, with_vector: true })
      assert.deepEqual(
        points.map(({ vector }) => vector),
        vectors.map((vector) => vector.map(shortest))
      )
      assert.equal(points[0].vector[0], 0.1)
      assert.ok(Array.isArray(points[0].vector))
    }))

  it('come whole where there are many', () =>
    withClient(async (client) => {
      const size = 512
      const vectors = ids(1200).map((id) => randomVector(size, id))
      await client.createCollection('c', { vectors: { size, distance: 'Dot' } })
      await client.upsert('c', { batch: { ids: ids(1200), vectors } })
      const { points } = await client.scroll('c', { limit: 1200, with_vector: true })
      for (const { id, vector } of points) assert.deepEqual(vector, vectors[id].map(shortest))
      assert.equal(points.length, 1200)
    }))

  it('are of every kind, by any name, beside payloads that look like them', () =>
    withClient(async (client) => {
      const size = 9
      const [payload, row, other] = [1, 2, 3].map((seed) => randomVector(size, seed).map(shortest))
      const points = [
        {
          id: 1,
          vector: {
            payload,
            id: [row, other, row],
            short: [0.25, 0.5],
            words: { indices: ids(10), values: [...row, 0.5] }
          },
          payload: { vector: '\u0000f64:0:9', list: ['\u0000f64:0:9'], id: '\u0000f64:0:9', big: 2n ** 60n }
        },
        { id: 2, vector: {}, payload: { numbers: row } }
      ]
      await client.createCollection('c', {
        vectors: {
          payload: { size, distance: 'Dot' },
          id: { size, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
          short: { size: 2, distance: 'Dot' }
        },
        sparse_vectors: { words: {} }
      })
      await client.upsert('c', { points })
      const [first, second] = await client.retrieve('c', { ids: [1, 2], with_vector: true })
      assert.deepEqual([first, second], points)
      const groups = await client.queryGroups('c', {
        query: row,
        using: 'payload',
        group_by: 'vector',
        with_vector: ['payload', 'short'],
        with_payload: false
      })
      const [{ id: group, hits }] = groups.groups
      assert.equal(group, '\u0000f64:0:9')
      assert.deepEqual(hits[0].vector, { payload, short: [0.25, 0.5] })
    }))
})
