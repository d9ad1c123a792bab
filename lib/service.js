/** The operations about the service itself and about the cluster that a lone node is not part of. */

const { randomUUID } = require('node:crypto')
const { statfs } = require('node:fs/promises')
const os = require('node:os')

const { nativeError } = require('./errors.js')
const { name, version } = require('../package.json')

/** The server whose REST API this is; clients compare their own version with it. */
const API_VERSION = '1.19.0'

/** A node that is not in a cluster needs no identity. */
const PEER_ID = 0

const id = randomUUID()
const startup = new Date(performance.timeOrigin).toISOString()

const root = async () => ({ title: `${name} ${version}`, version: API_VERSION })

const healthz = async () => 'healthz check passed'

const readyz = async ({ native }) => {
  await native.getCollections()
  return 'all shards are ready'
}

const telemetry = async ({ native }) => {
  const { collections } = await native.getCollections()
  return {
    id,
    app: { name, version, startup },
    collections: { number_of_collections: collections.length },
    cluster: { enabled: false }
  }
}

/** In the text format of Prometheus. */
const metrics = async ({ native }) => {
  const { collections } = await native.getCollections()
  const gauges = [
    ['app_info', 'the running program', 1, `{name="${name}",version="${version}"}`],
    ['cluster_enabled', 'whether this node is in a cluster', 0],
    ['collections_total', 'number of collections', collections.length],
    ['memory_resident_bytes', 'resident memory of this process', process.memoryUsage.rss()]
  ]
  const lines = gauges.map(
    ([gauge, help, value, labels = '']) =>
      `# HELP ${gauge} ${help}\n# TYPE ${gauge} gauge\n${gauge}${labels} ${value}\n`
  )
  return lines.join('')
}

// None are collected.
const getIssues = async () => ({ issues: [] })
const clearIssues = async () => true

/** No limits can be set; the usage is that of this process and of the disk that its data is on. */
const getQuotas = async ({ native, folder }) => {
  await native.getCollections() // The folder is there once it is open.
  const { blocks, bavail } = await statfs(folder)
  const memory = Math.min(os.totalmem(), process.constrainedMemory() || Infinity)
  return {
    config: { enabled: false },
    usage: {
      resident_memory_percent: percent(process.memoryUsage.rss(), memory),
      disk_usage_percent: percent(blocks - bavail, blocks)
    }
  }
}

const clusterStatus = async () => ({ status: 'disabled' })

const collectionClusterInfo = async ({ native }, { collection_name }) => {
  const { points_count } = await native.getCollection(collection_name)
  return {
    peer_id: PEER_ID,
    shard_count: 1,
    local_shards: [{ shard_id: 0, points_count, state: 'Active' }],
    remote_shards: [],
    shard_transfers: []
  }
}

const listShardKeys = async ({ native }, { collection_name }) => {
  const { config } = await native.getCollection(collection_name)
  return { shard_keys: config.params.sharding_method === 'custom' ? [] : null }
}

const refuseAlone = async () => {
  throw nativeError(405, 'Qdrant is running in standalone mode')
}

const percent = (part, whole) => Math.round((100 * part) / whole)

module.exports = {
  clearIssues,
  clusterStatus,
  collectionClusterInfo,
  getIssues,
  getQuotas,
  healthz,
  listShardKeys,
  metrics,
  readyz,
  refuseAlone,
  root,
  telemetry
}
