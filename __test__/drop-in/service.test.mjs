import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient, withPoints } from '../helpers.mjs'

const POINTS = [1, 2, 3].map((id) => ({ id, vector: [id, 0, 0, 1] }))
const STANDALONE = refusal(405, 'Qdrant is running in standalone mode')

describe('the service', () => {
  it('is of a version that the REST client takes for compatible', (t) =>
    withClient(async (client) => {
      const warn = t.mock.method(console, 'warn')
      const { title, version } = await client.versionInfo()
      assert.match(title, /^qdrant-embedded \d+\.\d+\.\d+$/)
      assert.match(version, /^1\.19\.\d+$/)
      assert.deepEqual((await client.api().root({})).data, { title, version })
      assert.equal(warn.mock.callCount(), 0)
    }))

  it('is alive, healthy and ready', () =>
    withClient(async (client) => {
      const { healthz, livez, readyz } = client.api()
      for (const check of [healthz, livez, readyz]) {
        const { status, data, headers } = await check({})
        assert.deepEqual([status, typeof data], [200, 'string'])
        assert.match(headers.get('content-type'), /^text\/plain/)
      }
    }))

  it('is not ready once its client is closed', async () => {
    let api
    await withClient(async (client) => {
      api = client.api()
    })
    await assert.rejects(api.readyz({}), { code: 'CLIENT_CLOSED' })
  })

  it('counts its collections', () =>
    withPoints(POINTS, async (client) => {
      const { result } = (await client.api().telemetry({})).data
      assert.deepEqual(result.collections, { number_of_collections: 1 })
      assert.equal(result.app.name, 'qdrant-embedded')
      assert.ok(Date.parse(result.app.startup) <= Date.now())
      const { data } = await client.api().metrics({})
      assert.match(data, /^collections_total 1$/m)
      assert.match(data, /^memory_resident_bytes [1-9]\d+$/m)
    }))

  it('has no issues to report', () =>
    withClient(async (client) => {
      assert.deepEqual((await client.api().getIssues({})).data.result, { issues: [] })
      assert.equal((await client.api().clearIssues({})).data.result, true)
    }))

  it('tells how full memory and disk are, and takes no limits', () =>
    withClient(async (client) => {
      const { config, usage } = await client.getQuotas()
      assert.deepEqual(config, { enabled: false })
      for (const percent of Object.values(usage)) assert.ok(Number.isInteger(percent) && percent <= 100)
      assert.deepEqual(Object.keys(usage), ['resident_memory_percent', 'disk_usage_percent'])
      await assert.rejects(client.updateQuotas({ enabled: true }), refusal(501, 'updateQuotas'))
    }))
})

describe('a lone node', () => {
  it('is in no cluster', () =>
    withPoints(POINTS, async (client) => {
      assert.deepEqual((await client.api().clusterStatus({})).data.result, { status: 'disabled' })
      const info = await client.collectionClusterInfo('points')
      assert.deepEqual(info.local_shards, [{ shard_id: 0, points_count: 3, state: 'Active' }])
      assert.deepEqual([info.shard_count, info.remote_shards, info.shard_transfers], [1, [], []])
      assert.ok(Number.isInteger(info.peer_id))
      await assert.rejects(client.collectionClusterInfo('none'), refusal(404, 'none'))
    }))

  it('has no shard keys', () =>
    withPoints([], async (client) => {
      assert.deepEqual(await client.listShardKeys('points'), { shard_keys: null })
      const custom = { vectors: { size: 4, distance: 'Dot' }, sharding_method: 'custom' }
      await client.createCollection('custom', custom)
      assert.deepEqual(await client.listShardKeys('custom'), { shard_keys: [] })
      await assert.rejects(client.listShardKeys('none'), refusal(404, 'none'))
    }))

  it('refuses the operations of a cluster', () =>
    withPoints([], async (client) => {
      const api = client.api()
      await assert.rejects(client.createShardKey('points', { shard_key: 'a' }), STANDALONE)
      await assert.rejects(client.deleteShardKey('points', { shard_key: 'a' }), STANDALONE)
      const drop_replica = { shard_id: 0, peer_id: 1 }
      await assert.rejects(client.updateCollectionCluster('points', { drop_replica }), STANDALONE)
      await assert.rejects(client.clusterTelemetry(), STANDALONE)
      await assert.rejects(api.recoverCurrentPeer({}), STANDALONE)
      await assert.rejects(api.removePeer({ peer_id: 1 }), STANDALONE)
    }))
})
