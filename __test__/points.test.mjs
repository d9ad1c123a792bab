import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { connect } from '../index.js'
import { randomNumbers, refusal, withClient, withFolder, withPoints } from './helpers.mjs'

const UUID = '550e8400-e29b-41d4-a716-446655440000'
const FOUR = [
  { id: 1, vector: [1, 0, 0, 0], payload: { city: 'Berlin', price: 10 } },
  { id: 2, vector: [0, 1, 0, 0], payload: { city: 'London', price: 30 } },
  { id: 3, vector: [0, 0, 1, 0], payload: { city: 'Berlin', price: 20 } },
  { id: UUID, vector: [0, 0, 0, 1] }
]
const inBerlin = { must: [{ key: 'city', match: { value: 'Berlin' } }] }
const ids = (points) => points.map(({ id }) => id)

describe('upsert', () => {
  it('takes a list of points, with ids of both kinds', () =>
    withPoints([], async (client) => {
      assert.deepEqual(await client.upsert('points', { wait: true, points: FOUR }), {
        operation_id: 0,
        status: 'completed'
      })
      assert.deepEqual(await client.count('points'), { count: 4 })
      const [first, last] = await client.retrieve('points', { ids: [1, UUID], with_vector: true })
      assert.deepEqual(first, FOUR[0])
      assert.deepEqual(last, { ...FOUR[3], payload: {} })
    }))

  it('takes a columnar batch', () =>
    withPoints([], async (client) => {
      await client.upsert('points', {
        batch: {
          ids: [1, UUID],
          vectors: [
            [1, 0, 0, 0],
            [0, 0, 0, 1]
          ],
          payloads: [{ a: 1 }, null]
        }
      })
      const points = await client.retrieve('points', { ids: [1, UUID], with_vector: true })
      assert.deepEqual(points, [
        { id: 1, payload: { a: 1 }, vector: [1, 0, 0, 0] },
        { id: UUID, payload: {}, vector: [0, 0, 0, 1] }
      ])
      await assert.rejects(
        client.upsert('points', { batch: { ids: [7, 8], vectors: [[1, 0, 0, 0]] } }),
        (error) => error.status === 422 || error.status === 400
      )
      assert.deepEqual(await client.count('points'), { count: 2 })
    }))

  it('takes the vectors of a batch in one Float32Array, by names, too, and as the rows of one point', async () => {
    await withClient(async (client) => {
      const dense = { size: 3, distance: 'Dot' }
      const multivector_config = { comparator: 'max_sim' }
      await client.createCollection('c', { vectors: { dim: dense, rows: { ...dense, multivector_config } } })
      const data = Float32Array.of(1, 2, 3, 4, 5, 6)
      const ids = [1, 2]
      await client.upsert('c', {
        batch: { ids, vectors: { dim: { data, dim: 3 }, rows: [{ data, dim: 3 }, [[7, 8, 9]]] } }
      })
      const read = async () =>
        (await client.retrieve('c', { ids: [1, 2], with_vector: true })).map((p) => p.vector)
      const both = [
        [1, 2, 3],
        [4, 5, 6]
      ]
      assert.deepEqual(await read(), [
        { dim: both[0], rows: both },
        { dim: both[1], rows: [[7, 8, 9]] }
      ])
      for (const dim of [4, 0, -3, 1.5]) {
        await assert.rejects(
          client.upsert('c', { batch: { ids, vectors: { dim: { data, dim } } } }),
          refusal(400, `data of 6 numbers is not made of vectors of dim ${dim}`)
        )
      }
      await assert.rejects(client.upsert('c', { batch: { ids, vectors: { dim: { data, dim: 6 } } } }))
      assert.deepEqual(await read(), [
        { dim: both[0], rows: both },
        { dim: both[1], rows: [[7, 8, 9]] }
      ])
    })
    await withClient(async (client) => {
      const multivector_config = { comparator: 'max_sim' }
      await client.createCollection('c', { vectors: { size: 2, distance: 'Dot', multivector_config } })
      await client.upsert('c', {
        points: [
          { id: 1, vector: [[1, 0]] },
          { id: 2, vector: [[0, 3]] }
        ]
      })
      const query = { data: Float32Array.of(1, 0, 0, 1), dim: 2 }
      for (const args of [
        { query },
        { query: { nearest: query } },
        { prefetch: { query }, query: [[0, 1]] }
      ]) {
        const { points } = await client.query('c', args)
        assert.equal(points[0].id, 2, JSON.stringify(args))
      }
    })
    await withPoints([], async (client) => {
      const data = Float32Array.from({ length: 4000 }, (_, i) => i)
      await client.upsert('points', {
        batch: { ids: Array.from({ length: 1000 }, (_, i) => i), vectors: { data, dim: 4 } }
      })
      const points = await client.retrieve('points', { ids: [0, 1, 999], with_vector: true })
      assert.deepEqual(
        points.map((p) => p.vector),
        [0, 1, 999].map((id) => [4 * id, 4 * id + 1, 4 * id + 2, 4 * id + 3])
      )
    })
  })

  it('keeps apart the vectors of calls that are made at once', () =>
    withPoints([], async (client) => {
      const vector = (id) => Array.from({ length: 16 }, (_, i) => id * 100 + i)
      await client.createCollection('wide', { vectors: { size: 16, distance: 'Dot' } })
      const ids = Array.from({ length: 40 }, (_, i) => i)
      await Promise.all(
        ids.map((id) => {
          const nested = { id: 1000 + id, vector: vector(1000 + id) }
          let inner
          // Serializing one request makes another.
          const payload = {
            toJSON: () => {
              inner = client.upsert('wide', { points: [nested] })
              return { id }
            }
          }
          const outer = client.upsert('wide', { points: [{ id, vector: vector(id), payload }] })
          return Promise.all([outer, inner])
        })
      )
      const all = [...ids, ...ids.map((id) => 1000 + id)]
      const points = await client.retrieve('wide', { ids: all, with_vector: true })
      assert.deepEqual(
        points.map((p) => p.vector),
        all.map(vector)
      )
    }))

  it('replaces the point of an id as a whole', () =>
    withPoints(FOUR, async (client) => {
      await client.upsert('points', { points: [{ id: 1, vector: [9, 9, 9, 9], payload: { only: true } }] })
      const [point] = await client.retrieve('points', { ids: [1], with_vector: true })
      assert.deepEqual(point, { id: 1, vector: [9, 9, 9, 9], payload: { only: true } })
      assert.deepEqual(await client.count('points'), { count: 4 })
    }))

  it('with wait false answers acknowledged', () =>
    withPoints([], async (client) => {
      const result = await client.upsert('points', { wait: false, points: FOUR })
      assert.equal(result.status, 'acknowledged')
      assert.deepEqual(await client.count('points'), { count: 4 })
    }))

  it('takes named, sparse and multi vectors', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: {
          dense: { size: 3, distance: 'Dot' },
          multi: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
        },
        sparse_vectors: { words: {} }
      })
      const vector = {
        dense: [1, 2, 3],
        multi: [
          [1, 2],
          [3, 4]
        ],
        words: { indices: [7, 9], values: [0.5, 0.25] }
      }
      await client.upsert('c', {
        points: [
          { id: 1, vector },
          { id: 2, vector: { dense: [3, 2, 1] } }
        ]
      })
      const [one, two] = await client.retrieve('c', { ids: [1, 2], with_vector: true })
      assert.deepEqual(one.vector, vector)
      assert.deepEqual(two.vector, { dense: [3, 2, 1] })
      const [named] = await client.retrieve('c', { ids: [1], with_vector: ['words'], with_payload: false })
      assert.deepEqual(named.vector, { words: vector.words })
      assert.equal('payload' in named && named.payload !== null, false)
    }))

  it('takes Float32Array wherever it takes a list of numbers', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: {
          dense: { size: 16, distance: 'Dot' },
          multi: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
        },
        sparse_vectors: { words: {} }
      })
      const numbers = Array.from({ length: 16 }, (_, i) => i / 4)
      const vector = {
        dense: Float32Array.from(numbers),
        multi: [Float32Array.of(1, 2), Float32Array.of(3, 4)],
        words: { indices: [4_000_000_000], values: Float32Array.of(0.5) }
      }
      await client.upsert('c', {
        points: [
          { id: 1, vector },
          { id: 2, vector: { dense: numbers } }
        ]
      })
      const [one, two] = await client.retrieve('c', { ids: [1, 2], with_vector: true })
      assert.deepEqual(one.vector, {
        dense: numbers,
        multi: [
          [1, 2],
          [3, 4]
        ],
        words: { indices: [4_000_000_000], values: [0.5] }
      })
      assert.deepEqual(two.vector.dense, numbers)
      const { points } = await client.query('c', { query: vector.dense, using: 'dense' })
      assert.deepEqual(ids(points).sort(), [1, 2])
      await client.upsert('c', { batch: { ids: [3], vectors: { dense: [vector.dense] } } })
      assert.deepEqual(await client.count('c'), { count: 3 })
    }))

  it('takes 2,000 vectors of 1,536 numbers at once', () =>
    withClient(async (client) => {
      await client.createCollection('c', { vectors: { size: 1536, distance: 'Cosine' } })
      const random = randomNumbers(7)
      const list = Array.from({ length: 2000 }, (_, id) => ({
        id,
        vector: Array.from({ length: 1536 }, random),
        payload: { id }
      }))
      await client.upsert('c', { points: list })
      await client.upsert('c', {
        points: list.map(({ id, vector }) => ({ id: id + 2000, vector: Float32Array.from(vector) }))
      })
      assert.deepEqual(await client.count('c'), { count: 4000 })
      const { points } = await client.query('c', { query: list[1234].vector, limit: 2 })
      assert.deepEqual(
        ids(points).sort((a, b) => a - b),
        [1234, 3234]
      )
    }))

  it('keeps ids and integers beyond 2^53', () =>
    withPoints([], async (client) => {
      const id = 2n ** 64n - 1n
      const payload = { big: 9007199254740993n, negative: -9007199254740993n, small: 1 }
      await client.upsert('points', { points: [{ id, vector: [1, 2, 3, 4], payload }] })
      assert.deepEqual(await client.retrieve('points', { ids: [id] }), [{ id, payload }])
      const { points } = await client.query('points', {
        query: [1, 2, 3, 4],
        filter: { must: [{ has_id: [id] }] }
      })
      assert.equal(points[0].id, id)
      await client.delete('points', { wait: true, points: [id] })
      assert.deepEqual(await client.count('points'), { count: 0 })
    }))

  it('writes nothing of a batch in which one point is wrong', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: {
          a: { size: 2, distance: 'Dot' },
          m: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
        },
        sparse_vectors: { s: {} }
      })
      const good = (id) => ({ id, vector: { a: [1, 2] } })
      const wrong = [
        [{ id: 3, vector: { a: [1, 2, 3] } }, 400, 'Vector dimension error: expected dim: 2, got 3'],
        [{ id: 3, vector: { b: [1, 2] } }, 400, 'Not existing vector name error: b'],
        [{ id: 3, vector: [1, 2] }, 400, 'Not existing vector name error'],
        [{ id: 3, vector: { a: { indices: [1], values: [1] } } }, 400, ''],
        [{ id: 3, vector: { s: [1, 2] } }, 400, ''],
        [{ id: 3, vector: { s: { indices: [1, 1], values: [1, 2] } } }, 422, 'must be unique'],
        [{ id: 3, vector: { s: { indices: [1, 2], values: [1] } } }, 422, ''],
        [{ id: 3, vector: { m: [[1, 2], [1]] } }, 422, ''],
        [{ id: 3, vector: { a: [1, Number.NaN] } }, 400, 'points[1].vector.a[1] is NaN'],
        [{ id: 3, vector: { a: [1, Number.NEGATIVE_INFINITY] } }, 400, 'points[1].vector.a[1] is -inf'],
        [{ id: 3, vector: { a: Promise.resolve([1, 2]) } }, 400, 'await it first'],
        [
          { id: 3, vector: { a: Float32Array.of(1, Number.POSITIVE_INFINITY) } },
          400,
          'Format error in JSON body'
        ],
        [{ id: 3, vector: { a: [1, '2'] } }, 400, 'Format error in JSON body'],
        [{ id: 3, vector: { a: [1, null] } }, 400, 'Format error in JSON body'],
        [{ id: -1, vector: { a: [1, 2] } }, 400, 'Format error in JSON body'],
        [{ id: 1.5, vector: { a: [1, 2] } }, 400, 'Format error in JSON body'],
        [{ id: 'no-uuid', vector: { a: [1, 2] } }, 400, 'Format error in JSON body'],
        [{ vector: { a: [1, 2] } }, 400, 'Format error in JSON body'],
        [{ id: 3 }, 400, 'Format error in JSON body'],
        [{ id: 3, vector: { a: [1, 2] }, payload: 'text' }, 400, 'Format error in JSON body']
      ]
      for (const [point, status, text] of wrong) {
        await assert.rejects(
          client.upsert('c', { points: [good(1), point, good(2)] }),
          refusal(status, text),
          JSON.stringify(point)
        )
      }
      assert.deepEqual(await client.count('c'), { count: 0 })
    }))

  it('refuses non-finite numbers in long vectors too', () =>
    withClient(async (client) => {
      await client.createCollection('c', { vectors: { size: 32, distance: 'Dot' } })
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
        const vector = new Array(32).fill(1)
        vector[20] = bad
        await assert.rejects(
          client.upsert('c', { points: [{ id: 1, vector }] }),
          refusal(400, 'Format error in JSON body')
        )
        await assert.rejects(client.query('c', { query: vector }), refusal(400, 'Format error in JSON body'))
      }
      assert.deepEqual(await client.count('c'), { count: 0 })
    }))
})

describe('operation ids and versions', () => {
  it('grow, and survive reopening', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await first.createCollection('points', { vectors: { size: 4, distance: 'Dot' } })
      for (let i = 0; i < 5; i++) {
        assert.equal((await first.upsert('points', { points: FOUR })).operation_id, i)
      }
      await first.close()
      const second = await connect({ path })
      assert.equal((await second.upsert('points', { points: FOUR })).operation_id, 5)
      assert.equal((await second.query('points', { query: [1, 0, 0, 0] })).points[0].version, 5)
      await second.close()
    }))
})

describe('delete', () => {
  it('takes ids, and answers acknowledged unless it is told to wait', () =>
    withPoints(FOUR, async (client) => {
      assert.equal((await client.delete('points', { points: [1, 99] })).status, 'acknowledged')
      assert.equal((await client.delete('points', { wait: true, points: [UUID] })).status, 'completed')
      assert.deepEqual(ids((await client.scroll('points')).points), [2, 3])
    }))

  it('takes a filter', () =>
    withPoints(FOUR, async (client) => {
      await client.delete('points', { wait: true, filter: inBerlin })
      assert.deepEqual(ids((await client.scroll('points')).points), [2, UUID])
    }))

  it('without either is refused', () =>
    withPoints(FOUR, async (client) => {
      await assert.rejects(client.delete('points', { wait: true }), refusal(400, 'Format error in JSON body'))
      assert.deepEqual(await client.count('points'), { count: 4 })
    }))
})

describe('retrieve', () => {
  it('keeps the order of ids, leaves out missing ones and selects payload and vectors', () =>
    withPoints(FOUR, async (client) => {
      assert.deepEqual(ids(await client.retrieve('points', { ids: [UUID, 99, 2, 1] })), [UUID, 2, 1])
      const [only] = await client.retrieve('points', { ids: [1], with_payload: ['city'] })
      assert.deepEqual(only, { id: 1, payload: { city: 'Berlin' } })
      const [rest] = await client.retrieve('points', { ids: [1], with_payload: { exclude: ['city'] } })
      assert.deepEqual(rest, { id: 1, payload: { price: 10 } })
      await assert.rejects(client.retrieve('points', {}), refusal(400, 'missing field `ids`'))
    }))
})

describe('count', () => {
  it('counts by a filter, exactly by default', () =>
    withPoints(FOUR, async (client) => {
      assert.deepEqual(await client.count('points', { filter: inBerlin }), { count: 2 })
      const { count } = await client.count('points', { exact: false })
      assert.equal(typeof count, 'number')
    }))
})

describe('scroll', () => {
  it('pages through all points in the order of their ids', () =>
    withPoints(FOUR, async (client) => {
      const first = await client.scroll('points', { limit: 3 })
      assert.deepEqual(ids(first.points), [1, 2, 3])
      assert.equal(first.next_page_offset, UUID)
      const second = await client.scroll('points', { limit: 3, offset: first.next_page_offset })
      assert.deepEqual(ids(second.points), [UUID])
      assert.equal(second.next_page_offset, null)
      assert.deepEqual(second.points[0], { id: UUID, payload: {} })
    }))

  it('orders by an indexed payload field', () =>
    withPoints(FOUR, async (client) => {
      await assert.rejects(
        client.scroll('points', { order_by: 'price' }),
        refusal(400, 'No range index for `order_by` key: `price`')
      )
      await client.createPayloadIndex('points', { wait: true, field_name: 'price', field_schema: 'integer' })
      const { points, next_page_offset } = await client.scroll('points', {
        order_by: { key: 'price', direction: 'desc' }
      })
      assert.deepEqual(
        points.map(({ payload }) => payload.price),
        [30, 20, 10]
      )
      assert.equal(next_page_offset, null)
      const from = await client.scroll('points', { order_by: { key: 'price', start_from: 20 }, limit: 1 })
      assert.deepEqual(ids(from.points), [3])
    }))

  it('refuses a page of no size', () =>
    withPoints(FOUR, async (client) => {
      await assert.rejects(
        client.scroll('points', { limit: 0 }),
        refusal(422, 'limit: value 0 invalid, must be 1 or larger')
      )
    }))
})

describe('payload', () => {
  const payloadOf = async (client, id) => (await client.retrieve('points', { ids: [id] }))[0].payload

  it('is set, overwritten, deleted by key and cleared', () =>
    withPoints(FOUR, async (client) => {
      const done = { status: 'completed' }
      const check = (result) => assert.equal(result.status, done.status)
      check(await client.setPayload('points', { points: [1], payload: { seen: true } }))
      assert.deepEqual(await payloadOf(client, 1), { city: 'Berlin', price: 10, seen: true })
      check(await client.setPayload('points', { filter: inBerlin, payload: { hot: 1 }, key: 'tags.weather' }))
      assert.deepEqual((await payloadOf(client, 3)).tags, { weather: { hot: 1 } })
      check(await client.overwritePayload('points', { points: [2], payload: { new: 1 } }))
      assert.deepEqual(await payloadOf(client, 2), { new: 1 })
      check(await client.deletePayload('points', { points: [1], keys: ['tags', 'seen'] }))
      assert.deepEqual(await payloadOf(client, 1), { city: 'Berlin', price: 10 })
      check(await client.clearPayload('points', { points: [1] }))
      assert.deepEqual(await payloadOf(client, 1), {})
      check(await client.clearPayload('points', { filter: inBerlin }))
      assert.deepEqual(await payloadOf(client, 3), {})
    }))

  it('changes without points or a filter are refused', () =>
    withPoints(FOUR, async (client) => {
      await assert.rejects(client.setPayload('points', { payload: { a: 1 } }), (error) =>
        [400, 422].includes(error.status)
      )
      await assert.rejects(client.deletePayload('points', { keys: ['a'] }), (error) =>
        [400, 422].includes(error.status)
      )
    }))
})

describe('a payload index', () => {
  it('is created, told of, and deleted', () =>
    withPoints(FOUR, async (client) => {
      const created = await client.createPayloadIndex('points', {
        field_name: 'city',
        field_schema: 'keyword'
      })
      assert.equal(created.status, 'acknowledged')
      await client.createPayloadIndex('points', {
        wait: true,
        field_name: 'text',
        field_schema: { type: 'text', tokenizer: 'word', lowercase: true }
      })
      const { payload_schema } = await client.getCollection('points')
      assert.equal(payload_schema.city.data_type, 'keyword')
      assert.equal(payload_schema.city.points, 3)
      assert.equal(payload_schema.text.params.tokenizer, 'word')
      assert.deepEqual(await client.count('points', { filter: inBerlin }), { count: 2 })
      assert.equal((await client.deletePayloadIndex('points', 'city', { wait: true })).status, 'completed')
      assert.equal('city' in (await client.getCollection('points')).payload_schema, false)
      assert.deepEqual(await client.count('points', { filter: inBerlin }), { count: 2 })
    }))

  it('needs a schema', () =>
    withPoints(FOUR, async (client) => {
      await assert.rejects(
        client.createPayloadIndex('points', { field_name: 'city' }),
        refusal(400, "Can't auto-detect field type, please specify")
      )
      await assert.rejects(
        client.createPayloadIndex('points', { field_name: 'city', field_schema: 'word' }),
        refusal(400, 'Format error in JSON body')
      )
    }))
})
