import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { withClient } from '../helpers.mjs'

const SIZE = 40

/** Calls `use` with a client and `c`: points 1 to 40, each with two values of the indexed `tags`. */
function withNumbers(use) {
  return withClient(async (client) => {
    await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
    for (const field_name of ['tags', 'n']) {
      await client.createPayloadIndex('c', { wait: true, field_name, field_schema: 'integer' })
    }
    const points = Array.from({ length: SIZE }, (_, n) => ({
      id: n + 1,
      vector: [n, 1],
      payload: { n, tags: [n, n + 100] }
    }))
    await client.upsert('c', { points })
    return use(client)
  })
}

describe('numbers beyond all points', () => {
  for (const huge of [2 ** 32, Number.MAX_SAFE_INTEGER, 2n ** 64n - 1n]) {
    it(`return all that there is: ${huge}`, () =>
      withNumbers(async (client) => {
        const nearest = [1, 0]
        const prefetch = [
          { query: nearest, limit: huge },
          { query: { order_by: 'n' }, limit: huge }
        ]
        const queries = [
          {},
          { query: nearest },
          { query: nearest, params: { exact: true } },
          { query: { order_by: 'n' } },
          { query: { sample: 'random' } },
          { prefetch, query: { fusion: 'rrf' } },
          { prefetch, query: { formula: '$score' } }
        ]
        for (const query of queries) {
          const { points } = await client.query('c', { ...query, limit: huge })
          assert.equal(
            points.length,
            SIZE,
            JSON.stringify(query, (_, v) => `${v}`)
          )
        }
        const searches = Array.from({ length: 100 }, () => ({ vector: nearest, limit: huge }))
        const batch = await client.searchBatch('c', { searches })
        assert.ok(batch.every((points) => points.length === SIZE))
        assert.equal((await client.scroll('c', { limit: huge })).points.length, SIZE)
        assert.equal((await client.scroll('c', { limit: huge, order_by: 'n' })).points.length, SIZE)
        const groups = { query: nearest, group_by: 'n', group_size: huge, limit: huge }
        assert.equal((await client.queryGroups('c', groups)).groups.length, SIZE)
        const { hits } = await client.facet('c', { key: 'tags', limit: huge, exact: true })
        assert.equal(hits.length, 2 * SIZE)
        const { pairs } = await client.searchMatrixPairs('c', { sample: huge, limit: huge })
        assert.equal(pairs.length, SIZE * (SIZE - 1))
      }))

    it(`skip all that there is: ${huge}`, () =>
      withNumbers(async (client) => {
        for (const query of [[1, 0], { order_by: 'n' }, undefined]) {
          const { points } = await client.query('c', { query, limit: huge, offset: huge })
          assert.deepEqual(points, [])
        }
      }))
  }
})
