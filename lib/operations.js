/**
 * The operations of the REST API, by the names that `api()` of the REST client gives them, and the methods of the
 * native client that answer them.
 *
 * Each takes what the API takes: path, query and body in one object. The native methods have the defaults of the REST
 * client's methods; where those of the API differ, they are put in here.
 */

const { nativeError } = require('./errors.js')
const service = require('./service.js')

const COLLECTION = ['collection_name']
const SHARD = ['collection_name', 'shard_id']
const WRITE = { wait: false }
const SEARCH = { with_payload: false }

/** What is refused because no part of the engine answers it. */
const notImplemented = (name) => nativeError(501, `Not implemented: ${name} is not in qdrant-embedded`)

/** A call of a native method: the values of `path` one by one, as the text that a path is, and the rest of the request. */
function method(name, path = [], defaults = {}) {
  const defaultEntries = Object.entries(defaults)
  return ({ native }, args) => {
    if (!native[name]) throw notImplemented(name)
    const request = {}
    // Without `delete`, which makes an object slow.
    for (const key of Object.keys(args)) if (!path.includes(key)) request[key] = args[key]
    for (const [key, value] of defaultEntries) request[key] ??= value
    const values = path.map((key) => String(args[key]))
    return native[name](...values, request)
  }
}

/** Those whose answer is an envelope with a `result`. */
const OPERATIONS = {
  batchUpdate: method('batchUpdate', COLLECTION, WRITE),
  clearIssues: service.clearIssues,
  clearPayload: method('clearPayload', COLLECTION, WRITE),
  clusterStatus: service.clusterStatus,
  clusterTelemetry: service.refuseAlone,
  collectionClusterInfo: service.collectionClusterInfo,
  collectionExists: method('collectionExists', COLLECTION),
  countPoints: method('count', COLLECTION),
  createCollection: method('createCollection', COLLECTION),
  createFieldIndex: method('createPayloadIndex', COLLECTION, WRITE),
  createFullSnapshot: method('createFullSnapshot'),
  createShardKey: service.refuseAlone,
  createShardSnapshot: method('createShardSnapshot', SHARD),
  createSnapshot: method('createSnapshot', COLLECTION),
  createVectorName: ({ native }, { collection_name, vector_name, wait, ordering, timeout, ...config }) =>
    native.createVectorName(collection_name, vector_name, config, { wait: wait ?? false, ordering, timeout }),
  deleteCollection: method('deleteCollection', COLLECTION),
  deleteFieldIndex: method('deletePayloadIndex', ['collection_name', 'field_name'], WRITE),
  deleteFullSnapshot: method('deleteFullSnapshot', ['snapshot_name']),
  deletePayload: method('deletePayload', COLLECTION, WRITE),
  deletePoints: method('delete', COLLECTION, WRITE),
  deleteShardKey: service.refuseAlone,
  deleteShardSnapshot: method('deleteShardSnapshot', [...SHARD, 'snapshot_name']),
  deleteSnapshot: method('deleteSnapshot', ['collection_name', 'snapshot_name']),
  deleteVectorName: method('deleteVectorName', ['collection_name', 'vector_name'], WRITE),
  deleteVectors: method('deleteVectors', COLLECTION, WRITE),
  facet: method('facet', COLLECTION),
  getCollection: method('getCollection', COLLECTION),
  getCollectionAliases: method('getCollectionAliases', COLLECTION),
  getCollections: method('getCollections'),
  getCollectionsAliases: method('getAliases'),
  getIssues: service.getIssues,
  getOptimizations: method('getOptimizations', COLLECTION),
  getPoint: method('getPoint', COLLECTION),
  getPoints: method('retrieve', COLLECTION),
  getQuotas: service.getQuotas,
  listFullSnapshots: method('listFullSnapshots'),
  listShardKeys: service.listShardKeys,
  listShardSnapshots: method('listShardSnapshots', SHARD),
  listSnapshots: method('listSnapshots', COLLECTION),
  overwritePayload: method('overwritePayload', COLLECTION, WRITE),
  queryBatchPoints: method('queryBatch', COLLECTION),
  queryPoints: method('query', COLLECTION),
  queryPointsGroups: method('queryGroups', COLLECTION),
  recoverCurrentPeer: service.refuseAlone,
  recoverFromSnapshot: method('recoverSnapshot', COLLECTION),
  recoverShardFromSnapshot: method('recoverShardFromSnapshot', SHARD),
  removePeer: service.refuseAlone,
  scrollPoints: method('scroll', COLLECTION),
  searchMatrixOffsets: method('searchMatrixOffsets', COLLECTION),
  searchMatrixPairs: method('searchMatrixPairs', COLLECTION),
  setPayload: method('setPayload', COLLECTION, WRITE),
  telemetry: service.telemetry,
  updateAliases: method('updateCollectionAliases'),
  updateCollection: method('updateCollection', COLLECTION),
  updateCollectionCluster: service.refuseAlone,
  updateVectors: method('updateVectors', COLLECTION, WRITE),
  upsertPoints: method('upsert', COLLECTION, WRITE),

  // Of the REST client, which asks a server twice.
  recreateCollection: method('recreateCollection', COLLECTION),

  // Of clients of a folder only: where the files of snapshots are, and what a server does when it starts.
  fullSnapshotPath: method('fullSnapshotPath', ['snapshot_name']),
  recoverFullSnapshot: method('recoverFullSnapshot'),
  shardSnapshotPath: method('shardSnapshotPath', [...SHARD, 'snapshot_name']),
  snapshotPath: method('snapshotPath', ['collection_name', 'snapshot_name']),

  // Of the API up to 1.18.
  discoverBatchPoints: method('discoverBatchPoints', COLLECTION),
  discoverPoints: method('discoverPoints', COLLECTION),
  recommendBatchPoints: method('recommendBatch', COLLECTION),
  recommendPointGroups: method('recommendPointGroups', COLLECTION),
  recommendPoints: method('recommend', COLLECTION, SEARCH),
  searchBatchPoints: method('searchBatch', COLLECTION),
  searchPointGroups: method('searchPointGroups', COLLECTION),
  searchPoints: method('search', COLLECTION, SEARCH)
}

/** Those that answer without an envelope. */
const BARE_OPERATIONS = {
  healthz: service.healthz,
  livez: service.healthz,
  metrics: service.metrics,
  readyz: service.readyz,
  root: service.root
}

module.exports = { BARE_OPERATIONS, OPERATIONS, notImplemented }
