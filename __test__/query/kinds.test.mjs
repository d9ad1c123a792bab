import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient } from '../helpers.mjs'

const VECTORS = { 1: [1, 0], 2: [0.5, 0.5], 3: [0, 1], 4: [-1, 0.125], 5: [-0.5, -1], 6: [0.75, -0.25] }
const RANKS = { 1: 60, 2: 50, 3: 40, 4: 30, 5: 20, 6: 10 }
const IDS = Object.keys(VECTORS).map(Number)

const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0)
const ids = (points) => points.map(({ id }) => id)

/** The ids of `candidates` by their scores, best first. */
function ranked(score, candidates = IDS) {
  const best = candidates.map((id) => ({ id, score: score(id) }))
  return best.sort((a, b) => b.score - a.score || a.id - b.id)
}

/** Calls `use` with a function that queries the points above, and the client. */
function withVectors(use) {
  return withClient(async (client) => {
    await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
    await client.createPayloadIndex('c', { wait: true, field_name: 'rank', field_schema: 'integer' })
    const points = IDS.map((id) => ({ id, vector: VECTORS[id], payload: { rank: RANKS[id] } }))
    await client.upsert('c', { points })
    return use(async (args) => (await client.query('c', args)).points, client)
  })
}

function agree(points, expected) {
  assert.deepEqual(ids(points), ids(expected))
  for (const [i, { id, score }] of points.entries()) {
    assert.ok(Math.abs(score - expected[i].score) < 1e-5, `${id}: ${score} is not ${expected[i].score}`)
  }
}

describe('recommend', () => {
  const others = IDS.filter((id) => id !== 1 && id !== 4)

  it('takes twice the mean of the positive less the mean of the negative examples', () =>
    withVectors(async (query) => {
      const target = VECTORS[1].map((x, i) => 2 * x - VECTORS[4][i])
      const expected = ranked((id) => dot(VECTORS[id], target), others)
      const examples = { positive: [1], negative: [4] }
      agree(await query({ query: { recommend: examples } }), expected)
      agree(await query({ query: { recommend: { ...examples, strategy: 'average_vector' } } }), expected)
    }))

  it('takes vectors in the place of ids, and then leaves nothing out', () =>
    withVectors(async (query) => {
      const positive = [[1, 0], new Float32Array([0, 0.5])]
      agree(
        await query({ query: { recommend: { positive } } }),
        ranked((id) => dot(VECTORS[id], [0.5, 0.25]))
      )
    }))

  it('keeps long lists of ids and long vectors apart', () =>
    withClient(async (client) => {
      const vector = (id) => Array.from({ length: 12 }, (_, i) => (i === id % 12 ? 1 : 0))
      const all = Array.from({ length: 12 }, (_, i) => 2 ** 53 - 1 - i)
      await client.createCollection('long', { vectors: { size: 12, distance: 'Dot' } })
      await client.upsert('long', { points: all.map((id) => ({ id, vector: vector(id) })) })
      const find = async (query) => ids((await client.query('long', { query, limit: 12 })).points)
      const [last, ...others] = all
      assert.deepEqual(await find({ recommend: { positive: others } }), [last])
      assert.equal((await find({ recommend: { positive: [vector(last)] } }))[0], last)
      assert.equal((await find({ discover: { target: vector(last), context: [] } }))[0], last)
      const context = { positive: vector(last), negative: vector(others[0]) }
      assert.equal((await find({ discover: { target: vector(last), context } }))[0], last)
    }))

  it('by sum_scores adds up the examples', () =>
    withVectors(async (query) => {
      const recommend = { positive: [1], negative: [4, [0, 1]], strategy: 'sum_scores' }
      const score = (id) =>
        dot(VECTORS[id], VECTORS[1]) - dot(VECTORS[id], VECTORS[4]) - dot(VECTORS[id], [0, 1])
      agree(await query({ query: { recommend } }), ranked(score, others))
    }))

  it('by best_score keeps apart what is nearer to a negative example', () =>
    withVectors(async (query) => {
      const recommend = { positive: [1], negative: [4], strategy: 'best_score' }
      const points = await query({ query: { recommend } })
      for (const { id, score } of points) {
        assert.equal(
          score > 0,
          dot(VECTORS[id], VECTORS[1]) > dot(VECTORS[id], VECTORS[4]),
          `${id}: ${score}`
        )
      }
      assert.deepEqual(ids(points).slice(0, 2), [6, 2])
    }))

  it('needs an example, and those that exist', () =>
    withVectors(async (query) => {
      await assert.rejects(
        query({ query: { recommend: {} } }),
        refusal(422, 'At least one positive or negative')
      )
      await assert.rejects(
        query({ query: { recommend: { positive: [1, 99] } } }),
        refusal(404, 'No point with id 99 found')
      )
      await assert.rejects(
        query({ query: { recommend: { negative: [1] } } }),
        refusal(400, 'Positive vectors should not be empty')
      )
      await assert.rejects(
        query({ query: { recommend: { positive: [[1, 2, 3]] } } }),
        refusal(400, 'expected dim: 2, got 3')
      )
    }))
})

describe('discover and context', () => {
  it('put what is nearer to the positive vector of a pair before the rest', () =>
    withVectors(async (query) => {
      const context = { positive: [1, 0], negative: [-1, 0] }
      const target = [0, 1]
      const points = await query({ query: { discover: { target, context: [context] } } })
      const side = (id) => Math.sign(VECTORS[id][0])
      assert.deepEqual(ids(points), ids(ranked((id) => side(id) * 10 + dot(VECTORS[id], target))))
      assert.deepEqual(await query({ query: { discover: { target, context } } }), points)

      const favoured = await query({ query: { context } })
      for (const { id, score } of favoured) assert.equal(score > -1e-6, side(id) >= 0, `${id}: ${score}`)
    }))

  it('leave out the points that they name', () =>
    withVectors(async (query) => {
      const context = { positive: 1, negative: 4 }
      assert.deepEqual(ids(await query({ query: { context } })).toSorted(), [2, 3, 5, 6])
      assert.deepEqual(
        ids(await query({ query: { discover: { target: 3, context } } })).toSorted(),
        [2, 5, 6]
      )
    }))
})

describe('order_by and sample', () => {
  it('orders by a payload field in either direction', () =>
    withVectors(async (query) => {
      const up = await query({ query: { order_by: 'rank' }, limit: 3 })
      assert.deepEqual(ids(up), [6, 5, 4])
      assert.deepEqual(
        ids(await query({ query: { order_by: { key: 'rank', direction: 'desc' } }, offset: 1, limit: 2 })),
        [2, 3]
      )
      await assert.rejects(query({ query: { order_by: 'none' } }), refusal(400, 'No range index'))
      await assert.rejects(
        query({ query: { order_by: 'rank' }, score_threshold: 1 }),
        refusal(400, "Can't use score_threshold with an order_by query.")
      )
    }))

  it('samples different points, whatever the offset', () =>
    withVectors(async (query) => {
      const points = await query({ query: { sample: 'random' }, limit: 6, offset: 3 })
      assert.deepEqual(ids(points).toSorted(), IDS)
    }))
})

describe('prefetch', () => {
  const prefetch = [
    { query: [1, 0], limit: 4 },
    { query: [0, 1], limit: 4 }
  ]
  const lists = prefetch.map(({ query, limit }) => ranked((id) => dot(VECTORS[id], query)).slice(0, limit))

  it('limits a query to the points found', () =>
    withVectors(async (query) => {
      const points = await query({ prefetch: prefetch[0], query: [0, 1] })
      agree(
        points,
        ranked((id) => dot(VECTORS[id], [0, 1]), ids(lists[0]))
      )
      const nested = { prefetch: { prefetch: prefetch[0], query: [0, 1], limit: 2 }, query: [1, 0] }
      agree(
        await query(nested),
        ranked((id) => VECTORS[id][0], ids(points).slice(0, 2))
      )
    }))

  it('is merged by reciprocal ranks, with k and weights', () =>
    withVectors(async (query) => {
      const merged = (k, weights) => {
        const found = [...new Set(lists.flat().map(({ id }) => id))]
        return ranked((id) => {
          const places = lists.map((list) => list.findIndex((point) => point.id === id))
          return places.reduce(
            (sum, place, i) => sum + (place < 0 ? 0 : 1 / ((place + 1) / weights[i] + k - 1)),
            0
          )
        }, found)
      }
      for (const fusion of [{ fusion: 'rrf' }, { rrf: {} }, { rrf: { k: 2, weights: [1, 1] } }]) {
        const points = await query({ prefetch, query: fusion })
        const expected = new Map(merged(2, [1, 1]).map(({ id, score }) => [id, score]))
        assert.equal(points.length, expected.size)
        for (const { id, score } of points)
          assert.ok(Math.abs(score - expected.get(id)) < 1e-5, `${id}: ${score}`)
      }
      const far = await query({ prefetch, query: { rrf: { k: 60 } } })
      for (const { id, score } of far) {
        const expected = merged(60, [1, 1]).find((point) => point.id === id).score
        assert.ok(Math.abs(score - expected) < 1e-5)
      }
      const first = await query({ prefetch, query: { rrf: { weights: [10, 0.1] } }, limit: 3 })
      assert.deepEqual(ids(first), ids(lists[0].slice(0, 3)))
      await assert.rejects(
        query({ prefetch, query: { rrf: { weights: [1] } } }),
        refusal(400, 'weights length (1)')
      )
      await assert.rejects(
        query({ prefetch, query: { rrf: { k: 0 } } }),
        refusal(422, 'rrf.k: value 0 invalid')
      )
    }))

  it('is merged by the distribution of scores', () =>
    withVectors(async (query) => {
      const points = await query({ prefetch, query: { fusion: 'dbsf' } })
      assert.deepEqual(ids(points).toSorted(), [...new Set(lists.flatMap(ids))].toSorted())
      const norm = ([...list]) => {
        const scores = list.map(({ score }) => score)
        const mean = scores.reduce((sum, x) => sum + x, 0) / scores.length
        const variance = scores.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (scores.length - 1)
        const low = mean - 3 * Math.sqrt(variance)
        return new Map(list.map(({ id, score }) => [id, (score - low) / (6 * Math.sqrt(variance))]))
      }
      const normed = lists.map(norm)
      for (const { id, score } of points) {
        const expected = normed.reduce((sum, list) => sum + (list.get(id) ?? 0), 0)
        assert.ok(Math.abs(score - expected) < 1e-5, `${id}: ${score} is not ${expected}`)
      }
    }))

  it('is needed by fusions and formulas, and needs a query itself', () =>
    withVectors(async (query) => {
      await assert.rejects(
        query({ query: { fusion: 'rrf' } }),
        refusal(400, 'cannot apply Fusion without prefetches')
      )
      await assert.rejects(
        query({ query: { formula: 1 } }),
        refusal(400, 'cannot apply Formula without prefetches')
      )
      await assert.rejects(query({ prefetch }), refusal(400, 'A query is needed to merge the prefetches.'))
      await assert.rejects(
        query({ prefetch, query: { fusion: 'rrf' }, using: 'a' }),
        refusal(400, "Fusion queries cannot be combined with the 'using' field.")
      )
    }))

  it('leaves out the points that it names', () =>
    withVectors(async (query) => {
      const points = await query({ prefetch: { query: 1 }, query: [1, 0] })
      assert.deepEqual(ids(points).toSorted(), IDS.slice(1))
    }))
})

describe('formula', () => {
  it('computes every expression', () =>
    withVectors(async (query) => {
      const { abs, exp, log, log10, sqrt } = Math
      const x = (id) => VECTORS[id][0]
      const near = (id) => abs(RANKS[id] - 40)
      const high = { key: 'rank', range: { gte: 40 } }
      const decay = { x: 'rank', target: 40, scale: 10, midpoint: 0.5 }
      const cases = [
        [{ sum: ['$score', 1] }, (id) => x(id) + 1],
        [{ mult: ['$score[0]', 'rank', 0.5] }, (id) => x(id) * RANKS[id] * 0.5],
        [{ neg: '$score' }, (id) => -x(id)],
        [{ abs: '$score' }, (id) => abs(x(id))],
        [{ div: { left: 'rank', right: 4 } }, (id) => RANKS[id] / 4],
        [{ div: { left: 1, right: '$score', by_zero_default: 7 } }, (id) => (x(id) === 0 ? 7 : 1 / x(id))],
        [{ sqrt: 'rank' }, (id) => sqrt(RANKS[id])],
        [{ pow: { base: 'rank', exponent: 2 } }, (id) => RANKS[id] ** 2],
        [{ exp: '$score' }, (id) => exp(x(id))],
        [{ log10: 'rank' }, (id) => log10(RANKS[id])],
        [{ ln: 'rank' }, (id) => log(RANKS[id])],
        [{ sum: ['$score', { mult: [10, high] }] }, (id) => x(id) + (RANKS[id] >= 40 ? 10 : 0)],
        [{ lin_decay: decay }, (id) => Math.max(0, 1 - near(id) / 20)],
        [{ exp_decay: decay }, (id) => exp((log(0.5) * near(id)) / 10)],
        [{ gauss_decay: decay }, (id) => exp((log(0.5) * near(id) ** 2) / 100)],
        [{ sum: ['bonus', 1] }, () => 4],
        [{ datetime: '1970-01-01T00:01:00Z' }, () => 60]
      ]
      for (const [formula, score] of cases) {
        const points = await query({
          prefetch: { query: [1, 0] },
          query: { formula, defaults: { bonus: 3 } }
        })
        assert.equal(points.length, 6)
        for (const point of points) {
          const expected = score(point.id)
          const off = abs(point.score - expected)
          assert.ok(
            off <= 1e-4 * Math.max(1, abs(expected)),
            `${JSON.stringify(formula)} of ${point.id}: ${point.score}`
          )
        }
      }
    }))

  it('refuses what it cannot compute', () =>
    withVectors(async (query) => {
      const compute = (formula) => query({ prefetch: { query: [1, 0] }, query: { formula } })
      await assert.rejects(
        compute({ root: 2 }),
        refusal(400, 'Expected some form of vector, id, or a type of query')
      )
      await assert.rejects(compute('$score[x]'), refusal(400, 'failed to parse variable ID'))
      await assert.rejects(compute({ datetime: 'today' }), refusal(400, 'failed to parse date-time today'))
      for (const formula of [{ ln: 0 }, { div: { left: 1, right: 0 } }, { abs: 'title' }]) {
        await assert.rejects(compute(formula), refusal(400, 'The formula produced a non-finite number'))
      }
    }))
})

describe('mmr and relevance feedback', () => {
  it('picks points that differ', () =>
    withVectors(async (query) => {
      const near = await query({ query: { nearest: [1, 0], mmr: { diversity: 0 } }, limit: 3 })
      assert.deepEqual(ids(near), ids(ranked((id) => VECTORS[id][0])).slice(0, 3))
      const mmr = { diversity: 0.9, candidates_limit: 6 }
      const diverse = await query({ query: { nearest: [1, 0], mmr }, limit: 3 })
      assert.equal(diverse[0].id, 1)
      assert.notDeepEqual(ids(diverse), ids(near))
      await assert.rejects(
        query({ query: { nearest: [1, 0], mmr: { diversity: 2 } } }),
        refusal(422, 'mmr.diversity: value 2.0 invalid, must be from 0.0 to 1.0')
      )
    }))

  it('returns vectors only where they are asked for', () =>
    withClient(async (client) => {
      const size = { size: 2, distance: 'Dot' }
      await client.createCollection('c', { vectors: { a: size, b: size } })
      await client.upsert('c', { points: [{ id: 1, vector: { a: [1, 0], b: [0, 1] } }] })
      for (const [with_vector, expected] of [
        [undefined, undefined],
        [false, undefined],
        [['b'], { b: [0, 1] }],
        [['a'], { a: [1, 0] }],
        [true, { a: [1, 0], b: [0, 1] }]
      ]) {
        const request = { query: { nearest: [1, 2], mmr: {} }, using: 'a', with_vector }
        const { points } = await client.query('c', request)
        assert.deepEqual(points[0].vector, expected)
        const [{ points: batched }] = await client.queryBatch('c', { searches: [request] })
        assert.deepEqual(batched[0].vector, expected)
      }
    }))

  it('moves towards what was found relevant', () =>
    withVectors(async (query) => {
      const feedback = [
        { example: [0, 1], score: 1 },
        { example: [0, -1], score: 0 }
      ]
      const ask = (c) => ({
        relevance_feedback: { target: [1, 0], feedback, strategy: { naive: { a: 1, b: 1, c } } }
      })
      agree(
        await query({ query: ask(0) }),
        ranked((id) => VECTORS[id][0])
      )
      assert.equal((await query({ query: ask(100) }))[0].id, 3)
    }))
})
