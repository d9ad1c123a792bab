/**
 * Copies collections from one client to another, embedded or of a server: it uses what both have.
 */

const { setTimeout: sleep } = require('node:timers/promises')
const { isDeepStrictEqual } = require('node:util')

const DEFAULT_BATCH_SIZE = 256

// Enough to find a mistake that is not confined to a few points.
const SAMPLE_SIZE = 100

async function migrate(source, target, options = {}) {
  const { batchSize = DEFAULT_BATCH_SIZE, onProgress = () => {}, signal } = options
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError('`batchSize` has to be a whole number, at least 1')
  }
  const [from, to] = [source, target].map((client) => patient(client, signal))
  const migrated = []
  for (const name of await namesOf(from, options.collections)) {
    signal?.throwIfAborted()
    const copy = new Copy(from, to, name, { batchSize, onProgress, signal })
    migrated.push(await copy.run())
  }
  return { collections: migrated }
}

/** The names of the collections to copy: an alias stands for its collection. */
async function namesOf(source, wanted) {
  if (!wanted) return (await source.getCollections()).collections.map(({ name }) => name)
  const { aliases } = await source.getAliases()
  const collections = new Map(aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name]))
  return [...new Set(wanted.map((name) => collections.get(name) ?? name))]
}

/** A client whose methods wait where a collection takes no more operations for now. */
function patient(client, signal) {
  return new Proxy(client, {
    get:
      (_, method) =>
      async (...args) => {
        for (;;) {
          try {
            return await client[method](...args)
          } catch (error) {
            const seconds = error?.retryAfter ?? error?.retry_after
            if (!(seconds > 0)) throw error
            await sleep(seconds * 1000, undefined, { signal })
          }
        }
      }
  })
}

/** The copy of one collection. */
class Copy {
  constructor(source, target, name, { batchSize, onProgress, signal }) {
    Object.assign(this, { source, target, name, batchSize, onProgress, signal })
    this.copied = 0
    this.skipped = 0
    this.sample = new Sample(SAMPLE_SIZE)
  }

  async run() {
    const info = await this.source.getCollection(this.name)
    await this.prepare(info)
    await this.limitBatches(info)
    this.total = (await this.source.count(this.name, { exact: true })).count
    let offset
    do {
      offset = await this.copyPage(offset)
    } while (offset !== null && offset !== undefined)
    await this.copyAliases()
    await this.verify()
    await this.copyLimits(info)
    return { name: this.name, points: this.total, copied: this.copied, skipped: this.skipped }
  }

  /** Makes the collection with its payload indexes, unless it is there. */
  async prepare({ config, payload_schema }) {
    if ((await this.target.collectionExists(this.name)).exists) {
      const there = (await this.target.getCollection(this.name)).config
      if (!isDeepStrictEqual(shapes(there.params), shapes(config.params))) {
        throw new Error(`The target's collection ${this.name} has other vectors than the source's`)
      }
    } else {
      await this.target.createCollection(this.name, creation(config))
    }
    // Before the points, so that the graph is built with the fields in mind.
    for (const [field_name, { data_type, params }] of Object.entries(payload_schema)) {
      await this.target.createPayloadIndex(this.name, {
        field_name,
        field_schema: params ?? data_type,
        wait: true
      })
    }
  }

  /** Keeps to what the strict modes of both collections allow at once. */
  async limitBatches({ config }) {
    const there = await this.target.getCollection(this.name)
    const limits = [config, there.config].flatMap(({ strict_mode_config: limits }) =>
      limits?.enabled ? [limits.max_query_limit, limits.upsert_max_batchsize] : []
    )
    this.batchSize = Math.min(this.batchSize, ...limits.filter((limit) => limit > 0))
  }

  /** Gives the target the strict mode of the source, unless it has one: it would have held up the copy. */
  async copyLimits({ config: { strict_mode_config } }) {
    const there = (await this.target.getCollection(this.name)).config.strict_mode_config
    if (strict_mode_config?.enabled && !there?.enabled) {
      await this.target.updateCollection(this.name, { strict_mode_config })
    }
  }

  /** Copies the points from `offset` that the target has not, and returns where the next page begins. */
  async copyPage(offset) {
    this.signal?.throwIfAborted()
    const nothing = { with_payload: false, with_vector: false }
    const page = await this.source.scroll(this.name, { limit: this.batchSize, offset, ...nothing })
    const ids = page.points.map(({ id }) => id)
    const there = new Set((await this.target.retrieve(this.name, { ids, ...nothing })).map(({ id }) => id))
    const missing = ids.filter((id) => !there.has(id))
    if (missing.length > 0) {
      const points = await retrieve(this.source, this.name, missing)
      await this.target.upsert(this.name, {
        wait: true,
        points: points.map(({ id, vector, payload }) => ({ id, vector: vector ?? {}, payload }))
      })
    }
    for (const id of ids) this.sample.offer(id)
    this.copied += missing.length
    this.skipped += there.size
    this.onProgress({ collection: this.name, done: this.copied + this.skipped, total: this.total })
    return page.next_page_offset
  }

  async copyAliases() {
    const { aliases } = await this.source.getCollectionAliases(this.name)
    if (aliases.length === 0) return
    const actions = aliases.map(({ alias_name }) => ({
      create_alias: { alias_name, collection_name: this.name }
    }))
    await this.target.updateCollectionAliases({ actions })
  }

  async verify() {
    const [from, to] = await Promise.all(
      [this.source, this.target].map((client) => client.count(this.name, { exact: true }))
    )
    if (from.count !== to.count) {
      throw new Error(
        `Collection ${this.name}: the source has ${from.count} points, the target ${to.count}. ` +
          'Was one of them written to meanwhile?'
      )
    }
    const ids = this.sample.items
    const [original, copy] = await Promise.all(
      [this.source, this.target].map((client) => retrieve(client, this.name, ids))
    )
    original.forEach((point, index) => {
      if (!isDeepStrictEqual(plain(point), plain(copy[index] ?? {}))) {
        throw new Error(`Collection ${this.name}: point ${point.id} is not the same in the target`)
      }
    })
  }
}

function retrieve(client, name, ids) {
  return client.retrieve(name, { ids, with_payload: true, with_vector: true })
}

/** What of a point has to be the same. A server tells of an empty payload as of none. */
function plain({ id, vector, payload }) {
  return { id, vector: sorted(vector), payload: payload ?? {} }
}

/** Sparse vectors have no order of their own. */
function sorted(vector) {
  if (vector === null || typeof vector !== 'object' || Array.isArray(vector)) return vector
  if (!Array.isArray(vector.indices)) {
    return Object.fromEntries(Object.entries(vector).map(([name, value]) => [name, sorted(value)]))
  }
  const pairs = vector.indices.map((index, i) => [index, vector.values[i]])
  return pairs.sort(([a], [b]) => a - b)
}

/** What has to be the same for the vectors of one collection to fit into the other. */
function shapes({ vectors = {}, sparse_vectors }) {
  const named = typeof vectors.size === 'number' ? { '': vectors } : vectors
  const dense = Object.entries(named).map(([name, { size, distance, multivector_config }]) => [
    name,
    { size, distance, multi: Boolean(multivector_config) }
  ])
  return { dense: Object.fromEntries(dense), sparse: Object.keys(sparse_vectors ?? {}).sort() }
}

/**
 * The request that makes a collection with these settings. How it is spread over machines is the
 * target's choice; the strict mode comes last.
 */
function creation(config) {
  const { params, hnsw_config, optimizer_config, wal_config, quantization_config } = config
  const { vectors, sparse_vectors, on_disk_payload } = params
  return {
    vectors,
    sparse_vectors,
    on_disk_payload,
    hnsw_config,
    optimizers_config: optimizer_config,
    wal_config,
    quantization_config,
    metadata: config.metadata
  }
}

/** Items picked by chance, each as likely as any other: reservoir sampling (Vitter's algorithm R). */
class Sample {
  constructor(size) {
    this.size = size
    this.offered = 0
    this.items = []
  }

  offer(item) {
    this.offered++
    if (this.items.length < this.size) this.items.push(item)
    else {
      const place = Math.floor(Math.random() * this.offered)
      if (place < this.size) this.items[place] = item
    }
  }
}

module.exports = { migrate }
