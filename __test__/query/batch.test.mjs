import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { randomNumbers, refusal, withClient } from '../helpers.mjs'

const COLORS = ['red', 'green', 'blue']
const points = Array.from({ length: 30 }, (_, id) => ({
  id,
  vector: [Math.cos(id ** 1.5), Math.sin(id ** 1.5)],
  payload: { color: COLORS[(id % 7) % 3], n: id % 4, even: id % 2 === 0 }
}))

function withColors(use) {
  return withClient(async (client) => {
    await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
    await client.createPayloadIndex('c', { wait: true, field_name: 'color', field_schema: 'keyword' })
    await client.createPayloadIndex('c', { wait: true, field_name: 'n', field_schema: 'integer' })
    await client.createPayloadIndex('c', { wait: true, field_name: 'even', field_schema: 'bool' })
    await client.upsert('c', { points })
    return use(client)
  })
}

describe('queryBatch', () => {
  it('answers as the queries by themselves, in their order', () =>
    withColors(async (client) => {
      const random = randomNumbers(5)
      const searches = Array.from({ length: 20 }, (_, i) => ({
        query: i % 3 === 0 ? i : [random(), random()],
        limit: 1 + (i % 4),
        offset: i % 2,
        with_payload: i % 5 === 0,
        filter: i % 2 === 0 ? { must: [{ key: 'n', match: { value: i % 4 } }] } : undefined
      }))
      searches.push({ prefetch: [{ query: 1 }, { query: 2 }], query: { rrf: { weights: [1, 0.37] } } })
      const answers = await client.queryBatch('c', { searches })
      const alone = await Promise.all(searches.map((search) => client.query('c', search)))
      assert.deepEqual(answers, alone)
      assert.deepEqual(await client.queryBatch('c', { searches: [] }), [])
    }))

  it('is refused as a whole, with the place of the fault', () =>
    withColors(async (client) => {
      await assert.rejects(
        client.queryBatch('c', { searches: [{ query: [1, 0] }, { query: [1, 0], limit: 0 }] }),
        refusal(422, 'searches[1].internal.limit: value 0 invalid')
      )
      await assert.rejects(
        client.queryBatch('c', { searches: [{ query: [1, 0] }, { query: 99 }] }),
        refusal(404, 'No point with id 99 found')
      )
      await assert.rejects(client.queryBatch('c', {}), refusal(400, 'missing field `searches`'))
    }))
})

describe('searchBatch', () => {
  it('answers as the searches by themselves, without payload unless asked', () =>
    withColors(async (client) => {
      const searches = [
        { vector: [1, 0], limit: 2 },
        { vector: { name: '', vector: [0, 1] }, limit: 10, with_payload: true }
      ]
      const [bare, full] = await client.searchBatch('c', { searches })
      assert.deepEqual(bare, await client.search('c', { ...searches[0], with_payload: false }))
      assert.deepEqual(full, await client.search('c', searches[1]))
    }))
})

describe('queryGroups', () => {
  const score = ({ vector }) => vector[0]
  const sorted = points.toSorted((a, b) => score(b) - score(a))

  it('gives the best points of each value, best group first', () =>
    withColors(async (client) => {
      const { groups } = await client.queryGroups('c', {
        query: [1, 0],
        group_by: 'n',
        group_size: 2,
        limit: 3
      })
      const values = [...new Set(sorted.map(({ payload }) => payload.n))].slice(0, 3)
      const expected = values.map((n) => ({
        id: n,
        hits: sorted
          .filter(({ payload }) => payload.n === n)
          .slice(0, 2)
          .map(({ id }) => id)
      }))
      assert.deepEqual(
        groups.map(({ id, hits }) => ({ id, hits: hits.map((hit) => hit.id) })),
        expected
      )
      const { groups: colors } = await client.queryGroups('c', {
        query: [1, 0],
        group_by: 'color',
        with_payload: true
      })
      assert.deepEqual(colors.map(({ id }) => id).toSorted(), COLORS.toSorted())
      for (const { id, hits } of colors) {
        assert.equal(hits.length, 3)
        for (const { payload } of hits) assert.equal(payload.color, id)
      }
    }))

  it('looks the values up in another collection', () =>
    withColors(async (client) => {
      await client.createCollection('names', { vectors: { size: 1, distance: 'Dot' } })
      await client.upsert('names', {
        points: [
          { id: 0, vector: [1], payload: { name: 'zero', long: true } },
          { id: 2, vector: [2], payload: { name: 'two', long: false } }
        ]
      })
      const ask = async (with_lookup) => {
        const { groups } = await client.queryGroups('c', { query: [1, 0], group_by: 'n', with_lookup })
        return new Map(groups.map(({ id, lookup }) => [id, lookup]))
      }
      const all = await ask('names')
      assert.deepEqual(all.get(2), { id: 2, payload: { name: 'two', long: false } })
      assert.equal(all.get(1), undefined)
      const some = await ask({ collection: 'names', with_payload: ['name'], with_vectors: true })
      assert.deepEqual(some.get(0), { id: 0, payload: { name: 'zero' }, vector: [1] })
      await assert.rejects(ask('none'), refusal(404, 'Collection none not found'))
    }))

  it('refuses empty groups', () =>
    withColors(async (client) => {
      const ask = (args) => client.queryGroups('c', { query: [1, 0], group_by: 'n', ...args })
      await assert.rejects(ask({ group_size: 0 }), refusal(422, 'group_size: value 0 invalid'))
      await assert.rejects(ask({ limit: 0 }), refusal(422, 'limit: value 0 invalid'))
      await assert.rejects(ask({ group_by: undefined }), refusal(400, 'missing field `group_by`'))
    }))
})

describe('facet', () => {
  const counts = (key, chosen = points) => {
    const values = new Map()
    for (const { payload } of chosen) values.set(payload[key], (values.get(payload[key]) ?? 0) + 1)
    return values
  }

  it('counts the points of each value, the most frequent first', () =>
    withColors(async (client) => {
      for (const key of ['color', 'n', 'even']) {
        for (const exact of [true, false]) {
          const { hits } = await client.facet('c', { key, exact })
          assert.deepEqual(new Map(hits.map(({ value, count }) => [value, count])), counts(key))
          assert.deepEqual(
            hits.map(({ count }) => count),
            [...counts(key).values()].sort((a, b) => b - a)
          )
        }
      }
      const filter = { must: [{ key: 'n', match: { value: 1 } }] }
      const { hits } = await client.facet('c', { key: 'color', filter, exact: true, limit: 1 })
      const expected = counts(
        'color',
        points.filter(({ payload }) => payload.n === 1)
      )
      assert.equal(hits.length, 1)
      assert.equal(hits[0].count, Math.max(...expected.values()))
    }))

  it('needs an index', () =>
    withColors(async (client) => {
      await assert.rejects(
        client.facet('c', { key: 'none' }),
        refusal(400, 'No appropriate index for faceting')
      )
      await assert.rejects(client.facet('c', { key: 'n', limit: 0 }), refusal(422, 'limit: value 0 invalid'))
    }))
})

describe('searchMatrix', () => {
  const near = (a, b) => points[a].vector[0] * points[b].vector[0] + points[a].vector[1] * points[b].vector[1]

  it('compares all points with each other', () =>
    withColors(async (client) => {
      const { pairs } = await client.searchMatrixPairs('c', { sample: 30, limit: 29 })
      assert.equal(pairs.length, 30 * 29)
      for (const { a, b, score } of pairs) assert.ok(a !== b && Math.abs(score - near(a, b)) < 1e-5)
      const matrix = await client.searchMatrixOffsets('c', { sample: 30, limit: 29 })
      assert.deepEqual(
        matrix.ids,
        points.map(({ id }) => id)
      )
      const listed = matrix.scores.map((score, i) => ({
        a: matrix.ids[matrix.offsets_row[i]],
        b: matrix.ids[matrix.offsets_col[i]],
        score
      }))
      assert.deepEqual(listed, pairs)
    }))

  it('samples 10 points and 3 neighbours by default', () =>
    withColors(async (client) => {
      const { ids, scores } = await client.searchMatrixOffsets('c')
      assert.equal(ids.length, 10)
      assert.equal(scores.length, 30)
      await assert.rejects(
        client.searchMatrixPairs('c', { sample: 1 }),
        refusal(422, 'sample: value 1 invalid')
      )
      await assert.rejects(
        client.searchMatrixPairs('c', { using: 'none' }),
        refusal(400, 'Not existing vector name error: none')
      )
    }))
})
