import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { QdrantClient as RestClient } from '@qdrant/js-client-rest'
import { connect, QdrantClient, QdrantError } from 'qdrant-embedded'

import { withServer } from './http.mjs'

/** Calls `use` with two clients that have the same points: one of a server and one of a store in memory. */
function withBoth(use) {
  return withServer(async (url) => {
    const server = await connect({ url, checkCompatibility: false })
    const embedded = await connect({ location: ':memory:' })
    for (const client of [server, embedded]) {
      await client.createCollection('points', {
        vectors: { '': { size: 2, distance: 'Dot' }, title: { size: 2, distance: 'Dot' } },
        sparse_vectors: { words: {} }
      })
      const points = [1, 2, 3, 4, 5, 6].map((id) => ({
        id,
        vector: { '': [id, 1], title: [1, id], words: { indices: [id, 10], values: [1, id] } },
        payload: { group: id % 2 === 0 ? 'even' : 'odd', id }
      }))
      await client.upsert('points', { points })
    }
    return use(server, embedded).finally(() => embedded.close())
  })
}

describe('a client of a server', () => {
  it('is a REST client, as one of a folder is', () =>
    withServer(async (url) => {
      for (const client of [await connect({ url }), new QdrantClient({ url })]) {
        assert.ok(client instanceof RestClient && client instanceof QdrantClient)
        assert.deepEqual(await client.getCollections(), { collections: [] })
        await client.close()
        await client[Symbol.asyncDispose]()
      }
    }))

  it('sends the key and the headers that it is given', () =>
    withServer(async (url, requests) => {
      const client = await connect({
        url,
        apiKey: 'secret',
        headers: { 'x-tenant': 'a' },
        checkCompatibility: false
      })
      await client.getCollections()
      assert.equal(requests.length, 1)
      assert.equal(requests[0].headers['api-key'], 'secret')
      assert.equal(requests[0].headers['x-tenant'], 'a')
    }))

  it('is found by host and port', () =>
    withServer(async (url) => {
      const { hostname, port } = new URL(url)
      const client = await connect({ host: hostname, port: Number(port) })
      assert.deepEqual(await client.getCollections(), { collections: [] })
    }))

  it('answers as one of a folder does', () =>
    withBoth(async (server, embedded) => {
      const filter = { must: [{ key: 'group', match: { value: 'odd' } }] }
      const calls = [
        (client) => client.query('points', { query: [1, 0], limit: 2, with_payload: true }),
        (client) =>
          client.query('points', { query: { recommend: { positive: [3], negative: [1] } }, filter }),
        (client) =>
          client.queryBatch('points', {
            searches: [
              { query: [1, 0], limit: 1 },
              { query: 2, limit: 1 }
            ]
          }),
        (client) =>
          client.queryGroups('points', { query: [1, 0], group_by: 'group', limit: 2, group_size: 2 }),
        (client) => client.scroll('points', { filter, limit: 2 }),
        (client) => client.query('points', { query: [1, 0], filter: {}, using: undefined, params: null }),
        (client) =>
          client.query('points', { query: [1, 0], filter: null, with_payload: null, offset: undefined }),
        (client) =>
          client.query('points', { query: null, filter: { must: null, should: [], must_not: undefined } }),
        (client) =>
          client.setPayload('points', { payload: { a: undefined, b: null, c: new Date(0) }, points: [1] }),
        (client) => client.retrieve('points', { ids: [1, 2], with_vector: true }),
        (client) => client.count('points', { filter }),
        (client) => client.search('points', { vector: [1, 0], limit: 2 }),
        (client) => client.getPoint('points', { id: 3 }),
        (client) => client.recommend('points', { positive: [3], negative: [1], limit: 3 }),
        (client) =>
          client.recommend('points', { positive: [[1, 2]], strategy: 'best_score', using: 'title' }),
        (client) =>
          client
            .recommend('points', { positive: [99] })
            .catch(({ name, status, message }) => ({ name, status, message })),
        (client) =>
          client.recommendBatch('points', { searches: [{ positive: [3], limit: 2, with_payload: true }] }),
        (client) =>
          client.recommendPointGroups('points', {
            positive: [3],
            group_by: 'group',
            group_size: 1,
            limit: 2
          }),
        (client) =>
          client.searchPointGroups('points', { vector: [1, 0], group_by: 'group', group_size: 2, limit: 2 }),
        (client) =>
          client.discoverPoints('points', {
            target: [1, 0],
            context: [{ positive: 6, negative: 1 }],
            limit: 4
          }),
        (client) =>
          client.search('points', { vector: { name: 'title', vector: [0, 1] }, filter, with_vector: true }),
        (client) =>
          client.search('points', {
            vector: { name: 'words', vector: { indices: [10], values: [1] } },
            limit: 1
          }),
        (client) =>
          client.search('points', { vector: [1, 0], score_threshold: 4.5, offset: 1, with_payload: ['id'] }),
        (client) =>
          client.searchBatch('points', {
            searches: [
              { vector: [1, 0], limit: 1 },
              { vector: { name: 'title', vector: [0, 1] }, limit: 2, with_payload: true }
            ]
          })
      ]
      for (const call of calls) assert.deepEqual(await call(server), await call(embedded), String(call))
    }))

  it('has the searches of the REST API up to 1.18', () =>
    withBoth(async (server, embedded) => {
      const ids = (points) => points.map(({ id }) => id)
      const nearest = await embedded.query('points', {
        query: { recommend: { positive: [3], negative: [1] } }
      })
      assert.deepEqual(
        ids(await server.recommend('points', { positive: [3], negative: [1] })),
        ids(nearest.points)
      )
      const [found] = await server.recommendBatch('points', {
        searches: [{ positive: [3], negative: [1], limit: 10 }]
      })
      assert.deepEqual(ids(found), ids(nearest.points))
      const grouped = await server.recommendPointGroups('points', {
        positive: [3],
        group_by: 'group',
        group_size: 1,
        limit: 2
      })
      assert.deepEqual(grouped.groups.map(({ id, hits }) => [id, ...ids(hits)]).sort(), [
        ['even', 6],
        ['odd', 5]
      ])
      const { groups } = await server.searchPointGroups('points', {
        vector: [1, 0],
        group_by: 'group',
        limit: 1
      })
      assert.deepEqual(ids(groups[0].hits), [6, 4, 2])
      const pair = { positive: 6, negative: 1 }
      const discovered = await embedded.query('points', {
        query: { discover: { target: [1, 0], context: [pair] } }
      })
      const args = { target: [1, 0], context: [pair], limit: 10 }
      assert.deepEqual(ids(await server.discoverPoints('points', args)), ids(discovered.points))
      // All of them are as near as can be.
      const context = { context: [pair], limit: 10 }
      const batch = await server.discoverBatchPoints('points', { searches: [args, context] })
      assert.deepEqual(ids(batch[0]), ids(discovered.points))
      assert.deepEqual(ids(batch[1]).sort(), [2, 3, 4, 5])
    }))

  it('takes vectors as Float32Array', () =>
    withBoth(async (server) => {
      await server.upsert('points', {
        points: [
          {
            id: 7,
            vector: { '': new Float32Array([7, 1]), title: [0, 0] },
            payload: { list: [1, 2], nothing: null }
          }
        ]
      })
      const { points } = await server.query('points', { query: new Float32Array([1, 0]), limit: 1 })
      assert.equal(points[0].id, 7)
      const [{ payload }] = await server.retrieve('points', { ids: [7] })
      assert.deepEqual(payload, { list: [1, 2], nothing: null })
    }))

  it('takes the vectors of a batch in one Float32Array, and leaves payload alone', () =>
    withBoth(async (server) => {
      const flat = (...numbers) => ({ data: Float32Array.from(numbers), dim: 2 })
      await server.upsert('points', {
        batch: {
          ids: [7, 8],
          vectors: { '': flat(1, 2, 3, 4), title: flat(5, 6, 7, 8) },
          payloads: [flat(1, 2), null]
        }
      })
      const points = await server.retrieve('points', { ids: [7, 8], with_vector: true })
      assert.deepEqual(
        points.map((point) => point.vector),
        [
          { '': [1, 2], title: [5, 6] },
          { '': [3, 4], title: [7, 8] }
        ]
      )
      assert.deepEqual(points[0].payload, { data: [1, 2], dim: 2 })
    }))

  it('rejects with the errors that one of a folder rejects with', () =>
    withBoth(async (...clients) => {
      const errors = []
      for (const client of clients) {
        const error = await client.getCollection('none').catch((reason) => reason)
        assert.ok(error instanceof QdrantError)
        assert.ok(error instanceof client.api().getCollection.Error)
        const { name, status, statusText, message, data } = error
        errors.push({ name, status, statusText, message, text: data.status.error })
      }
      assert.deepEqual(errors[0], errors[1])
    }))
})
