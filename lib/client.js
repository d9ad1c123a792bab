const { tmpdir } = require('node:os')

const { takeSignals } = require('./abort.js')
const { embeddedApi } = require('./embedded-api.js')
const { nativeError } = require('./errors.js')
const { mapOnce } = require('./mappings.js')
const native = require('./native.js')
const { isServer } = require('./options.js')
const { changeSpelledOut, spelledOut } = require('./quantization.js')
const { serverApi } = require('./server-api.js')
const { waitForIndexing } = require('./wait-for-indexing.js')

/** What a reason may begin with already. */
const SERVICE_ERROR = /^Service internal error: /

/**
 * The class `QdrantClient`: the one of the REST client, whose methods call the operations of its `api()`. Where the
 * data is in this process, that API is not one over HTTP. It has the methods of REST clients up to 1.18 besides.
 */
function defineClient(rest, QdrantError) {
  class QdrantClient extends rest.QdrantClient {
    #native

    /** `opened` is the native client, if it is there already. */
    constructor(options = {}, opened = undefined) {
      const ofServer = isServer(options, rest.QdrantClientConfigError)
      // The constructor of the REST client opens no connection unless it is to check the server's version.
      super(ofServer ? options : { checkCompatibility: false })
      const remote = super.api()
      if (ofServer) {
        this._openApiClient = serverApi(remote, QdrantError)
      } else {
        mapOnce(options.preset)
        this.#native = opened ?? new native.QdrantClient(options)
        const folder = options.path ?? (options.location === ':memory:' ? tmpdir() : options.location)
        this._openApiClient = embeddedApi(
          { native: this.#native, folder },
          {
            QdrantError,
            TimeoutError: rest.QdrantClientTimeoutError,
            ResourceExhaustedError: rest.QdrantClientResourceExhaustedError,
            operationIds: Object.keys(remote),
            timeout: options.timeout
          }
        )
      }
    }

    async close(options) {
      try {
        await this.#native?.close(options?.timeout)
      } catch (error) {
        throw QdrantError.from(error)
      }
    }

    async flush() {
      try {
        await this.#native?.flush()
      } catch (error) {
        throw QdrantError.from(error)
      }
    }

    [Symbol.asyncDispose]() {
      return this.close()
    }

    // Beyond the REST client: one call where it makes two, one that only its `api()` has, files of snapshots, and
    // requests that may be left out.

    async recreateCollection(collection_name, args = {}) {
      const request = this.#spelled(spelledOut, args)
      if (this.#native) return this.#result('recreateCollection', { collection_name, ...request })
      return super.recreateCollection(collection_name, request)
    }

    async getPoint(collection_name, args) {
      return this.#result('getPoint', { collection_name, ...args })
    }

    async fullSnapshotPath(snapshot_name) {
      return this.#ofFolder('fullSnapshotPath', { snapshot_name })
    }

    async recoverFullSnapshot(args) {
      return this.#ofFolder('recoverFullSnapshot', args)
    }

    async shardSnapshotPath(collection_name, shard_id, snapshot_name) {
      return this.#ofFolder('shardSnapshotPath', { collection_name, shard_id, snapshot_name })
    }

    async snapshotPath(collection_name, snapshot_name) {
      return this.#ofFolder('snapshotPath', { collection_name, snapshot_name })
    }

    async createCollection(collection_name, args = {}) {
      return super.createCollection(collection_name, this.#spelled(spelledOut, args))
    }

    async updateCollection(collection_name, args = {}) {
      return super.updateCollection(collection_name, this.#spelled(changeSpelledOut, args))
    }

    async createShardSnapshot(collection_name, shard_id, args = {}) {
      return super.createShardSnapshot(collection_name, shard_id, args)
    }

    async deleteShardSnapshot(collection_name, shard_id, snapshot_name, args = {}) {
      return super.deleteShardSnapshot(collection_name, shard_id, snapshot_name, args)
    }

    async searchMatrixOffsets(collection_name, args = {}) {
      return super.searchMatrixOffsets(collection_name, args)
    }

    async searchMatrixPairs(collection_name, args = {}) {
      return super.searchMatrixPairs(collection_name, args)
    }

    // Methods of REST clients up to 1.18, with their defaults.

    async search(collection_name, { limit = 10, offset = 0, with_payload = true, ...args }) {
      return this.#result('searchPoints', { collection_name, limit, offset, with_payload, ...args })
    }

    async searchBatch(collection_name, args) {
      return this.#result('searchBatchPoints', { collection_name, ...args })
    }

    async searchPointGroups(collection_name, args) {
      return this.#result('searchPointGroups', { collection_name, ...args })
    }

    async recommend(collection_name, { limit = 10, offset = 0, with_payload = true, ...args }) {
      return this.#result('recommendPoints', { collection_name, limit, offset, with_payload, ...args })
    }

    async recommendBatch(collection_name, args) {
      return this.#result('recommendBatchPoints', { collection_name, ...args })
    }

    /** The name that `recommendBatch` had at first. */
    async recommend_batch(collection_name, args) {
      return this.recommendBatch(collection_name, args)
    }

    async recommendPointGroups(collection_name, args) {
      return this.#result('recommendPointGroups', { collection_name, ...args })
    }

    async discoverPoints(collection_name, args) {
      return this.#result('discoverPoints', { collection_name, ...args })
    }

    async discoverBatchPoints(collection_name, args) {
      return this.#result('discoverBatchPoints', { collection_name, ...args })
    }

    async waitForIndexing(collection_name, { onProgress } = {}) {
      const failed = (reason) =>
        new QdrantError({
          status: 500,
          message: `Service internal error: ${reason.replace(SERVICE_ERROR, '')}`
        })
      return waitForIndexing(this, collection_name, onProgress, failed)
    }

    #spelled(spell, args) {
      try {
        return spell(args ?? {})
      } catch (error) {
        throw QdrantError.from(error)
      }
    }

    /** What a client of a server has no operation for. */
    async #ofFolder(operation, args) {
      if (this.#native) return this.#result(operation, args)
      throw QdrantError.from(nativeError(501, `Not implemented: ${operation} is for clients of a folder`))
    }

    async #result(operation, args) {
      const { data } = await this.api()[operation](args)
      return data.result
    }
  }
  return takeSignals(QdrantClient)
}

module.exports = { defineClient }
