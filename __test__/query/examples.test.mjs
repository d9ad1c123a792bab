import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient } from '../helpers.mjs'

const ids = (points) => points.map(({ id }) => id)

// Ten numbers, so that vectors cross packed.
const vector = (x, y) => [x, y, 0, 0, 0, 0, 0, 0, 0, 0]

const POINTS = [
  { id: 1, vector: { a: vector(1, 0) }, payload: { n: 1, author: 7 } },
  { id: 2, vector: { a: vector(0.5, 0.5) }, payload: { n: 2, author: 7 } },
  { id: 3, vector: { a: vector(0, 1) }, payload: { n: 3, author: 8 } },
  { id: 4, vector: { a: vector(-1, 0.125) }, payload: { n: 4, author: 8 } },
  { id: 5, vector: { a: vector(-0.5, -1) }, payload: { n: 5, author: 9 } },
  { id: 2n ** 60n + 1n, vector: { a: vector(0.75, -0.25) }, payload: { n: 6, author: 9 } }
]
const BIG = POINTS[5].id

/** Calls `use` with a client and the points above in `c`, and others of the default vector in `other`. */
function withExamples(use) {
  return withClient(async (client) => {
    await client.createCollection('c', { vectors: { a: { size: 10, distance: 'Dot' } } })
    await client.upsert('c', { points: POINTS })
    await client.createCollection('other', { vectors: { size: 10, distance: 'Dot' } })
    await client.upsert('other', {
      points: [
        { id: 1, vector: vector(0, 1), payload: { name: 'one' } },
        { id: 7, vector: vector(0, -1), payload: { name: 'seven' } }
      ]
    })
    return use(client)
  })
}

/** Runs a request alone and as the only one of a batch, and checks that both answer the same. */
async function alsoInBatch(client, single, batch, args) {
  const points = await client[single]('c', args)
  const [inBatch] = await client[batch]('c', {
    searches: [{ limit: 10, ...args }]
  })
  assert.deepEqual(inBatch, points)
  return points
}

describe('recommend', () => {
  const recommend = (client, args) =>
    alsoInBatch(client, 'recommend', 'recommendBatch', { using: 'a', with_payload: true, ...args })

  it('answers as the query of that kind, for each strategy', () =>
    withExamples(async (client) => {
      for (const strategy of ['average_vector', 'best_score', 'sum_scores']) {
        const examples = { positive: [1, vector(0.5, -0.25)], negative: [4, BIG], strategy }
        const args = { using: 'a', with_payload: true, offset: 1, limit: 2, params: { exact: true } }
        const { points } = await client.query('c', { query: { recommend: examples }, ...args })
        assert.equal(points.length, 2)
        assert.deepEqual(await recommend(client, { ...examples, ...args }), points, strategy)
      }
    }))

  it('leaves the examples out, and compares ids beyond 2^53 as they are', () =>
    withExamples(async (client) => {
      assert.deepEqual(ids(await recommend(client, { positive: [BIG] })), [1, 2, 5, 3, 4])
    }))

  it('has the defaults of the client alone, and those of the server in a batch', () =>
    withExamples(async (client) => {
      const args = { positive: [new Float32Array(vector(1, 0))], using: 'a' }
      const points = await client.recommend('c', args)
      assert.equal(points.length, 6)
      assert.deepEqual(points[0].payload, { n: 1, author: 7 })
      assert.equal(points[0].vector, undefined)
      const searches = [{ ...args, limit: 1 }]
      const batch = await client.recommendBatch('c', { searches })
      assert.deepEqual(ids(batch[0]), [1])
      assert.equal(batch[0][0].payload, undefined)
      assert.deepEqual(await client.recommend_batch('c', { searches }), batch)
      await assert.rejects(
        client.recommendBatch('c', { searches: [args] }),
        refusal(400, 'Format error in JSON body: missing field `limit`')
      )
      assert.deepEqual(await client.recommendBatch('c', { searches: [] }), [])
    }))

  it('keeps to filter and score_threshold', () =>
    withExamples(async (client) => {
      const filter = { must: [{ key: 'n', range: { gte: 2, lte: 4 } }] }
      assert.deepEqual(ids(await recommend(client, { positive: [1], filter })), [2, 3, 4])
      assert.deepEqual(ids(await recommend(client, { positive: [1], score_threshold: 0.25 })), [BIG, 2])
    }))

  it('looks ids up elsewhere, by the default vector unless another is named, and leaves none out', () =>
    withExamples(async (client) => {
      const found = await recommend(client, { positive: [1], lookup_from: { collection: 'other' } })
      assert.deepEqual(ids(found).slice(0, 2), [3, 2])
      assert.equal(found.length, 6)
      const lookup = (lookup_from) => recommend(client, { positive: [1], lookup_from })
      await assert.rejects(lookup({ collection: 'c' }), refusal(400, 'Not existing vector name error: '))
      assert.equal((await lookup({ collection: 'c', vector: 'a', shard_key: null })).length, 5)
    }))

  it('names what is missing', () =>
    withExamples(async (client) => {
      const positive = refusal(
        400,
        'Bad request: At least one positive vector ID required with this strategy'
      )
      await assert.rejects(client.recommend('c', { negative: [1] }), positive)
      await assert.rejects(client.recommendBatch('c', { searches: [{ positive: [], limit: 1 }] }), positive)
      const using = { using: 'a' }
      await assert.rejects(
        client.recommend('c', { positive: [77], ...using }),
        refusal(404, 'No point with id 77 found')
      )
      await assert.rejects(
        client.recommend('c', { positive: [1] }),
        refusal(400, 'Not existing vector name error: ')
      )
      await assert.rejects(
        client.recommend('c', { positive: [1], ...using, lookup_from: { collection: 'none' } }),
        refusal(404, 'Not found: Collection none not found')
      )
      await assert.rejects(
        client.recommend('c', { positive: [[1, 2]], ...using }),
        refusal(400, 'Vector dimension error: expected dim: 10, got 2')
      )
      await assert.rejects(
        client.recommendBatch('c', {
          searches: [
            { positive: [1], limit: 1 },
            { positive: [1], limit: 0 }
          ]
        }),
        refusal(422, '[searches[1].recommend_request.limit: value 0 invalid, must be 1 or larger]')
      )
      await assert.rejects(
        client.recommend('none', { positive: [1] }),
        refusal(404, "Collection `none` doesn't exist!")
      )
    }))

  it('makes groups, with the points that their values name', () =>
    withExamples(async (client) => {
      const args = { positive: [1], using: 'a', group_by: 'author', group_size: 1, limit: 2 }
      const { groups } = await client.recommendPointGroups('c', args)
      assert.deepEqual(
        groups.map(({ id, hits }) => [id, ids(hits)]),
        [
          [9, [BIG]],
          [7, [2]]
        ]
      )
      assert.equal(groups[0].hits[0].payload, undefined)
      const looked = await client.recommendPointGroups('c', {
        ...args,
        with_payload: ['n'],
        with_lookup: 'other'
      })
      assert.deepEqual(looked.groups[0].hits[0].payload, { n: 6 })
      assert.equal(looked.groups[0].lookup, undefined)
      assert.deepEqual(looked.groups[1].lookup, { id: 7, payload: { name: 'seven' } })
      await assert.rejects(
        client.recommendPointGroups('c', { ...args, positive: [] }),
        refusal(400, 'Positive vectors should not be empty with `average` strategy')
      )
    }))
})

describe('discoverPoints', () => {
  const discover = (client, args) =>
    alsoInBatch(client, 'discoverPoints', 'discoverBatchPoints', {
      using: 'a',
      limit: 10,
      with_payload: true,
      ...args
    })

  it('answers as the query of that kind, with a target, a context or both', () =>
    withExamples(async (client) => {
      const context = [
        { positive: 1, negative: vector(-1, 0) },
        { positive: new Float32Array(vector(0, 1)), negative: BIG }
      ]
      const args = { using: 'a', limit: 4, with_payload: true, params: { exact: true } }
      const as = async (query) => (await client.query('c', { query, ...args })).points
      const target = 3
      assert.deepEqual(
        await discover(client, { target, context, ...args }),
        await as({ discover: { target, context } })
      )
      assert.deepEqual(await discover(client, { context, ...args }), await as({ context }))
      assert.deepEqual(
        await discover(client, { target, ...args }),
        await as({ discover: { target, context: [] } })
      )
    }))

  it('leaves the examples out, keeps to the filter and returns no payload unless asked to', () =>
    withExamples(async (client) => {
      const filter = { must_not: [{ key: 'n', match: { value: 2 } }] }
      const context = [{ positive: 1, negative: 4 }]
      const found = await client.discoverPoints('c', { target: BIG, context, filter, using: 'a', limit: 10 })
      assert.deepEqual(ids(found).toSorted(), [3, 5])
      assert.equal(found[0].payload, undefined)
    }))

  it('looks ids up elsewhere and leaves none out', () =>
    withExamples(async (client) => {
      const found = await discover(client, { target: 7, lookup_from: { collection: 'other' } })
      assert.equal(found[0].id, 5)
      assert.equal(found.length, 6)
    }))

  it('names what is missing', () =>
    withExamples(async (client) => {
      await assert.rejects(client.discoverPoints('c', { target: 1 }), refusal(400, 'missing field `limit`'))
      const nothing = refusal(400, 'Bad request: target and/or context_pairs must be specified')
      await assert.rejects(client.discoverPoints('c', { limit: 1, context: [] }), nothing)
      await assert.rejects(client.discoverBatchPoints('c', { searches: [{ limit: 1 }] }), nothing)
      await assert.rejects(
        client.discoverPoints('c', { target: 77, using: 'a', limit: 1 }),
        refusal(404, 'No point with id 77 found')
      )
    }))
})

describe('searchPointGroups', () => {
  const args = { vector: { name: 'a', vector: vector(1, 0) }, group_by: 'author', group_size: 2, limit: 2 }

  it('makes groups of what search finds', () =>
    withExamples(async (client) => {
      const { groups } = await client.searchPointGroups('c', args)
      assert.deepEqual(
        groups.map(({ id, hits }) => [id, ids(hits)]),
        [
          [7, [1, 2]],
          [9, [BIG, 5]]
        ]
      )
      assert.equal(groups[0].hits[0].payload, undefined)
      const with_lookup = { collection: 'other', with_payload: false, with_vectors: true }
      const looked = await client.searchPointGroups('c', { ...args, group_size: 1, limit: 1, with_lookup })
      assert.deepEqual(looked.groups[0].lookup, { id: 7, vector: vector(0, -1) })
    }))

  it('refuses groups without a size, and looks up in collections that exist', () =>
    withExamples(async (client) => {
      await assert.rejects(
        client.searchPointGroups('c', { ...args, group_size: 0 }),
        refusal(422, '[search_group_request.group_request.group_size: value 0 invalid, must be 1 or larger]')
      )
      await assert.rejects(
        client.searchPointGroups('c', { ...args, with_lookup: 'none' }),
        refusal(404, 'Collection none not found')
      )
    }))
})

describe('getPoint', () => {
  it('reads one point with payload and vectors', () =>
    withExamples(async (client) => {
      assert.deepEqual(await client.getPoint('c', { id: BIG }), POINTS[5])
      assert.deepEqual(await client.getPoint('c', { id: '1' }), POINTS[0])
    }))

  it('says that there is none', () =>
    withExamples(async (client) => {
      await assert.rejects(
        client.getPoint('c', { id: 33 }),
        refusal(404, 'Not found: Point with id 33 does not exists!')
      )
      await assert.rejects(
        client.getPoint('c', { id: 'x' }),
        refusal(400, 'Wrong input: Can not recognize "x" as point id')
      )
      await assert.rejects(
        client.getPoint('none', { id: 1 }),
        refusal(404, "Collection `none` doesn't exist!")
      )
    }))
})
