import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient } from '../helpers.mjs'

const MODEL = 'qdrant/bm25'
const TEXTS = {
  1: 'The quick brown fox jumps over the lazy dog',
  2: 'A dog and another dog',
  3: 'Foxes are quick',
  4: 'Cats and birds',
  5: 'Birds sing'
}

const bm25 = (text, options) => ({ text, model: MODEL, options })
const ids = (points) => points.map(({ id }) => id)

/** Calls `use` with a client and a collection of dense vectors and of the words of the texts above. */
function withTexts(use) {
  return withClient(async (client) => {
    await client.createCollection('c', {
      vectors: { dense: { size: 8, distance: 'Dot' } },
      sparse_vectors: { text: { modifier: 'idf' } }
    })
    const points = Object.entries(TEXTS).map(([id, text]) => ({
      id: Number(id),
      vector: { text: bm25(text), dense: Array.from({ length: 8 }, (_, i) => (i === Number(id) ? 1 : 0)) },
      payload: { kind: id < 4 ? 'mammal' : 'bird' }
    }))
    await client.upsert('c', { points })
    return use(client)
  })
}

async function wordsOf(client, id) {
  const [{ vector }] = await client.retrieve('c', { ids: [id], with_vector: ['text'] })
  return vector.text
}

describe('BM25 documents', () => {
  it('are ranked by their rare and frequent words', () =>
    withTexts(async (client) => {
      const query = async (text, options) => {
        const { points } = await client.query('c', { query: bm25(text, options), using: 'text' })
        return ids(points)
      }
      assert.deepEqual(await query('dogs and FOXES'), [1, 2, 3])
      assert.deepEqual(await query('the'), [])
      assert.deepEqual(await query('foxes', { stemmer: { type: 'none' } }), [])
    }))

  it('are taken by every update, beside long dense vectors', () =>
    withTexts(async (client) => {
      const expected = await wordsOf(client, 1)
      assert.equal(expected.indices.length, 6)
      const dense = new Float32Array(8).fill(0.5)
      const vector = { text: bm25(TEXTS[1]), dense }
      await client.upsert('c', { batch: { ids: [6], vectors: { text: [vector.text], dense: [dense] } } })
      await client.updateVectors('c', { points: [{ id: 2, vector }] })
      await client.batchUpdate('c', {
        operations: [
          { upsert: { points: [{ id: 7, vector }] } },
          { update_vectors: { points: [{ id: 3, vector: { text: vector.text } }] } }
        ]
      })
      for (const id of [6, 2, 7, 3]) assert.deepEqual(await wordsOf(client, id), expected, `point ${id}`)
      const [{ vector: stored }] = await client.retrieve('c', { ids: [7], with_vector: ['dense'] })
      assert.deepEqual(stored.dense, Array.from(dense))
    }))

  it('are taken by every kind of query', () =>
    withTexts(async (client) => {
      const dog = bm25('dog')
      const search = { query: dog, using: 'text', limit: 1 }
      const best = async (query) => ids((await client.query('c', { query, using: 'text', limit: 1 })).points)
      assert.deepEqual(await best({ nearest: dog }), [2])
      assert.deepEqual(await best({ recommend: { positive: [bm25('fox')], negative: [dog] } }), [3])
      const context = { positive: bm25('fox'), negative: dog }
      assert.deepEqual(await best({ discover: { target: bm25('quick'), context } }), [3])
      const prefetch = [search, { query: bm25('birds'), using: 'text' }]
      const { points } = await client.query('c', { prefetch, query: { fusion: 'rrf' } })
      assert.deepEqual(ids(points).sort(), [2, 4, 5])
      const answers = await client.queryBatch('c', { searches: prefetch })
      assert.deepEqual(
        answers.map(({ points }) => ids(points).sort()),
        [[2], [4, 5]]
      )
      const { groups } = await client.queryGroups('c', {
        query: bm25('dogs and birds'),
        using: 'text',
        group_by: 'kind',
        group_size: 1
      })
      assert.deepEqual(groups.map(({ id }) => id).sort(), ['bird', 'mammal'])
    }))

  it('write nothing when one of them is refused', () =>
    withTexts(async (client) => {
      const unknown = refusal(400, 'unknown model `qdrant/bm-25`')
      const refused = [
        [{ text: bm25('t', { k: 'x' }) }, refusal(400, 'Wrong input: Invalid BM25 config: k: ')],
        [{ text: { text: 't', model: 'qdrant/bm-25' } }, unknown],
        [{ text: { image: 'cat.jpg', model: MODEL } }, refusal(400, 'Only text input is supported')],
        [bm25('t'), refusal(400, 'Bad request: Sparse vector should be named')]
      ]
      for (const [vector, error] of refused) {
        const points = [
          { id: 8, vector: { text: bm25('right') } },
          { id: 9, vector }
        ]
        await assert.rejects(client.upsert('c', { points }), error)
      }
      const update = client.updateVectors('c', { points: [{ id: 1, vector: bm25('t') }] })
      await assert.rejects(update, refusal(400, 'Document processing is not supported for point vectors.'))
      const columns = client.upsert('c', { batch: { ids: [8], vectors: [bm25('t')] } })
      await assert.rejects(columns, refusal(400, 'Document processing is not supported in batch operations.'))
      const { count } = await client.count('c')
      assert.equal(count, 5)
      const query = { text: 't', model: 'qdrant/bm-25' }
      await assert.rejects(client.query('c', { query, using: 'text' }), unknown)
    }))
})
