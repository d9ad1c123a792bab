import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { QdrantClient as RestClient } from '@qdrant/js-client-rest'
import { connect } from 'qdrant-embedded'

import { refusal, withClient, withPoints } from '../helpers.mjs'

const POINTS = [1, 2, 3].map((id) => ({ id, vector: [id, 0, 0, 1], payload: { group: id % 2 } }))
const collection_name = 'points'

describe('api()', () => {
  it('has every operation of the REST client', () =>
    withClient(async (client) => {
      const names = Object.keys(new RestClient({ checkCompatibility: false }).api())
      const api = client.api()
      assert.deepEqual(
        names.filter((name) => typeof api[name] !== 'function' || typeof api[name].Error !== 'function'),
        []
      )
    }))

  it('says that it does not have an operation', () =>
    withClient(async (client) => {
      await assert.rejects(client.api().streamShardSnapshot({}), refusal(501, 'streamShardSnapshot'))
    }))

  it('takes the values of a path as text', () =>
    withClient(async (client) => {
      await client.createCollection(7, { vectors: { size: 2, distance: 'Dot' } })
      assert.deepEqual((await client.getCollections()).collections, [{ name: '7' }])
      await assert.rejects(client.api().getCollection({}), refusal(404, '`undefined`'))
    }))

  it('answers with the envelope of a server', () =>
    withPoints(POINTS, async (client) => {
      const response = await client.api().countPoints({ collection_name, exact: true })
      const { time } = response.data
      assert.ok(time > 0 && time < 60)
      assert.deepEqual(response.data, { result: { count: 3 }, status: 'ok', time })
      assert.deepEqual([response.ok, response.status, response.statusText], [true, 200, 'OK'])
      assert.equal(response.headers.get('content-type'), 'application/json')
    }))

  it('leaves the request as it is', () =>
    withPoints(POINTS, async (client) => {
      const request = Object.freeze({ collection_name, points: Object.freeze([1]) })
      await client.api().deletePoints(request)
      assert.deepEqual(await client.count('points'), { count: 2 })
    }))

  it('does not wait for writes unless told to, as the REST API', () =>
    withClient(async (client) => {
      const api = client.api()
      const created = await api.createCollection({ collection_name, vectors: { size: 4, distance: 'Dot' } })
      assert.equal(created.data.result, true)
      const ids = { points: [1] }
      const writes = [
        ['upsertPoints', { points: POINTS }],
        ['upsertPoints', { batch: { ids: [4], vectors: [[1, 2, 3, 4]] }, wait: null }],
        ['setPayload', { payload: { a: 1 }, ...ids }],
        ['overwritePayload', { payload: { a: 1 }, ...ids }],
        ['deletePayload', { keys: ['a'], ...ids }],
        ['clearPayload', ids],
        ['createFieldIndex', { field_name: 'group', field_schema: 'integer' }],
        ['deleteFieldIndex', { field_name: 'group' }],
        ['deletePoints', ids]
      ]
      for (const [operation, request] of writes) {
        const { data } = await api[operation]({ collection_name, ...request })
        assert.equal(data.result.status, 'acknowledged', operation)
        const waited = await api[operation]({ collection_name, ...request, wait: true })
        assert.equal(waited.data.result.status, 'completed', operation)
      }
    }))

  it('reads', () =>
    withPoints(POINTS, async (client) => {
      const api = client.api()
      const result = async (operation, request) =>
        (await api[operation]({ collection_name, ...request })).data.result
      assert.deepEqual(await result('collectionExists'), { exists: true })
      assert.deepEqual(await result('getCollections'), { collections: [{ name: 'points' }] })
      assert.equal((await result('getCollection')).points_count, 3)
      assert.deepEqual((await result('getPoints', { ids: [2] }))[0].payload, { group: 0 })
      assert.equal((await result('scrollPoints', { limit: 2 })).next_page_offset, 3)
      assert.deepEqual(
        (await result('queryPoints', { query: [1, 0, 0, 0], limit: 1 })).points.map(({ id }) => id),
        [3]
      )
      const batch = await result('queryBatchPoints', { searches: [{ query: [1, 0, 0, 0], limit: 1 }] })
      assert.equal(batch[0].points[0].id, 3)
      const { groups } = await result('queryPointsGroups', { query: [1, 0, 0, 0], group_by: 'group' })
      assert.equal(groups.length, 2)
      assert.equal((await result('searchMatrixPairs', { sample: 3 })).pairs.length, 6)
      assert.equal((await result('searchMatrixOffsets', { sample: 3 })).ids.length, 3)
    }))

  it('changes aliases', () =>
    withPoints([], async (client) => {
      const api = client.api()
      const actions = [{ create_alias: { collection_name, alias_name: 'current' } }]
      assert.equal((await api.updateAliases({ actions })).data.result, true)
      const aliases = [{ alias_name: 'current', collection_name }]
      assert.deepEqual((await api.getCollectionsAliases({})).data.result, { aliases })
      assert.deepEqual((await api.getCollectionAliases({ collection_name })).data.result, { aliases })
      assert.equal((await api.deleteCollection({ collection_name })).data.result, true)
    }))

  it('answers searches of the API up to 1.18 without payload unless told to', () =>
    withPoints(POINTS, async (client) => {
      const request = { collection_name, vector: [1, 0, 0, 0], limit: 1 }
      const { data } = await client.api().searchPoints(request)
      assert.deepEqual([data.result[0].id, data.result[0].payload], [3, undefined])
      const [{ payload }] = await client.search('points', request)
      assert.deepEqual(payload, { group: 1 })
    }))

  it('rejects with an error that its operations know', () =>
    withClient(async (client) => {
      const { getCollection } = client.api()
      await assert.rejects(getCollection({ collection_name: 'none' }), (error) => {
        assert.ok(error instanceof getCollection.Error)
        assert.deepEqual(error.getActualType(), { status: 404, data: error.data })
        return refusal(404, 'none')(error)
      })
    }))

  it('is closed with its client', async () => {
    const client = await connect({ location: ':memory:' })
    const api = client.api()
    await client.close()
    await assert.rejects(api.getCollections({}), { code: 'CLIENT_CLOSED' })
  })
})
