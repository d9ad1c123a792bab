import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { randomNumbers, refusal, withClient, withPoints } from './helpers.mjs'

const POINTS = [
  { id: 1, vector: [1, 0, 0, 0], payload: { group: 'a', rank: 1 } },
  { id: 2, vector: [0.5, 0.5, 0, 0], payload: { group: 'b', rank: 2 } },
  { id: 3, vector: [0, 1, 0, 0], payload: { group: 'a', rank: 3 } },
  { id: 4, vector: [-0.5, 0, 1, 0], payload: { group: 'b', rank: 4 } }
]
const QUERY = [1, 0.25, 0, 0]
const ids = (points) => points.map(({ id }) => id)

describe('query', () => {
  it('finds the nearest points with their scores, without payload unless asked', () =>
    withPoints(POINTS, async (client) => {
      const { points } = await client.query('points', { query: QUERY, limit: 3 })
      assert.deepEqual(points, [
        { id: 1, version: 0, score: 1 },
        { id: 2, version: 0, score: 0.625 },
        { id: 3, version: 0, score: 0.25 }
      ])
      const full = await client.query('points', {
        query: { nearest: QUERY },
        limit: 1,
        with_payload: true,
        with_vector: true
      })
      assert.deepEqual(full.points[0], {
        id: 1,
        version: 0,
        score: 1,
        payload: POINTS[0].payload,
        vector: [1, 0, 0, 0]
      })
    }))

  it('takes a stored point as the query, and leaves it out of the answer', () =>
    withPoints(POINTS, async (client) => {
      assert.deepEqual(ids((await client.query('points', { query: 1, limit: 2 })).points), [2, 3])
      await assert.rejects(client.query('points', { query: 99 }), refusal(404, 'No point with id 99 found'))
    }))

  it('honours filter, score_threshold, limit and offset', () =>
    withPoints(POINTS, async (client) => {
      const filter = { must: [{ key: 'group', match: { value: 'a' } }] }
      assert.deepEqual(ids((await client.query('points', { query: QUERY, filter })).points), [1, 3])
      assert.deepEqual(
        ids((await client.query('points', { query: QUERY, score_threshold: 0.5 })).points),
        [1, 2]
      )
      assert.deepEqual(
        ids((await client.query('points', { query: QUERY, limit: 2, offset: 1 })).points),
        [2, 3]
      )
      assert.deepEqual(
        ids((await client.query('points', { query: QUERY, params: { exact: true } })).points),
        [1, 2, 3, 4]
      )
      await assert.rejects(
        client.query('points', { query: QUERY, limit: 0 }),
        refusal(422, 'limit: value 0 invalid')
      )
    }))

  it('without a query returns points in the order of their ids', () =>
    withPoints(POINTS, async (client) => {
      const { points } = await client.query('points', { limit: 2 })
      assert.deepEqual(ids(points), [1, 2])
    }))

  it('searches named, sparse and multi vectors', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: {
          dense: { size: 2, distance: 'Cosine' },
          multi: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
        },
        sparse_vectors: { words: {} }
      })
      await client.upsert('c', {
        points: [
          {
            id: 1,
            vector: {
              dense: [1, 0],
              multi: [
                [1, 0],
                [0, 1]
              ],
              words: { indices: [1, 5], values: [1, 1] }
            }
          },
          { id: 2, vector: { dense: [0, 1], multi: [[0, 1.5]], words: { indices: [5], values: [3] } } }
        ]
      })
      const best = async (args) => (await client.query('c', { limit: 1, ...args })).points[0]
      assert.equal((await best({ query: [0.1, 1], using: 'dense' })).id, 2)
      assert.deepEqual(await best({ query: { indices: [5], values: [2] }, using: 'words' }), {
        id: 2,
        version: 0,
        score: 6
      })
      assert.deepEqual(
        await best({
          query: [
            [1, 0],
            [0, 1]
          ],
          using: 'multi'
        }),
        { id: 1, version: 0, score: 2 }
      )
      assert.deepEqual(await best({ query: 2, using: 'words' }), { id: 1, version: 0, score: 3 })
    }))

  it('refuses what does not fit the vector', () =>
    withPoints(POINTS, async (client) => {
      await assert.rejects(
        client.query('points', { query: [1, 2] }),
        refusal(400, 'Vector dimension error: expected dim: 4, got 2')
      )
      await assert.rejects(
        client.query('points', { query: QUERY, using: 'none' }),
        refusal(400, 'Not existing vector name error: none')
      )
      await assert.rejects(
        client.query('points', { query: 'no-uuid' }),
        refusal(400, 'Format error in JSON body')
      )
      await assert.rejects(
        client.query('none', { query: QUERY }),
        refusal(404, "Collection `none` doesn't exist!")
      )
    }))

  it('agrees with exact search over many points, whichever distance', () =>
    withClient(async (client) => {
      const random = randomNumbers(3)
      const vectors = Array.from({ length: 500 }, () => Array.from({ length: 24 }, random))
      const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0)
      const scores = {
        Dot: dot,
        Cosine: (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
        Euclid: (a, b) => -Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0)),
        Manhattan: (a, b) => -a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0)
      }
      for (const [distance, score] of Object.entries(scores)) {
        await client.createCollection(distance, { vectors: { size: 24, distance } })
        await client.upsert(distance, { points: vectors.map((vector, id) => ({ id, vector })) })
        const query = Array.from({ length: 24 }, random)
        const expected = vectors.map((vector, id) => ({ id, score: score(query, vector) }))
        expected.sort((a, b) => b.score - a.score)
        const { points } = await client.query(distance, { query, limit: 10 })
        assert.deepEqual(ids(points), ids(expected.slice(0, 10)), distance)
        for (const [i, point] of points.entries()) {
          assert.ok(Math.abs(Math.abs(point.score) - Math.abs(expected[i].score)) < 1e-4)
        }
      }
    }))
})

describe('search', () => {
  it('works as the REST client had it', () =>
    withPoints(POINTS, async (client) => {
      const points = await client.search('points', { vector: QUERY, limit: 2 })
      assert.deepEqual(points, [
        { id: 1, version: 0, score: 1, payload: POINTS[0].payload },
        { id: 2, version: 0, score: 0.625, payload: POINTS[1].payload }
      ])
      const bare = await client.search('points', {
        vector: { name: '', vector: QUERY },
        with_payload: false,
        offset: 1,
        score_threshold: 0.5,
        limit: 5
      })
      assert.deepEqual(bare, [{ id: 2, version: 0, score: 0.625 }])
    }))
})

describe('reads', () => {
  it('run while others write', () =>
    withPoints(POINTS, async (client) => {
      const writes = Array.from({ length: 100 }, (_, i) =>
        client.upsert('points', { points: [{ id: 100 + i, vector: QUERY }] })
      )
      const reads = Array.from({ length: 100 }, () => client.query('points', { query: QUERY, limit: 4 }))
      for (const { points } of await Promise.all(reads)) assert.equal(points.length, 4)
      await Promise.all(writes)
      assert.deepEqual(await client.count('points'), { count: 104 })
    }))
})
