const { isSameModel, recordedModel, resolveModel } = require('./model.js')
const { pointId } = require('./point-id.js')

const PAGE = 256
const POINTS_AT_ONCE = 64

/** The collection of one kind of files, with the model that belongs to it. */
class FileCollection {
  /** `size` is the length of its vectors, null as long as it does not exist. */
  constructor(client, kind, name, size, model) {
    Object.assign(this, { client, kind, name, size, model })
  }

  /** Opens it with the model that it was made with, else with `asked`, else with the kind's default. */
  static async open(client, kind, name, asked) {
    const { exists } = await client.collectionExists(name)
    if (!exists) {
      const model = asked ?? (await resolveModel(kind.name, kind.defaultModel))
      return new FileCollection(client, kind, name, null, model)
    }
    const { config } = await client.getCollection(name)
    const size = config.params.vectors?.size
    if (typeof size !== 'number')
      throw new Error(`Collection "${name}" has named vectors; choose another one`)
    const recorded = config.metadata?.model ? config.metadata : null
    const model = asked ?? (await madeWith(kind, recorded, name))
    if (recorded && !isSameModel(recorded, model.identity)) {
      throw new Error(
        `Collection "${name}" was made with the model ${recorded.model}, not ${model.label}; ` +
          'use that one, or choose another collection'
      )
    }
    return new FileCollection(client, kind, name, size, model)
  }

  /**
   * What it holds of the files that `isBelow` says yes to: by path, the ids of a file's points, and the file's size,
   * time of change and content hash as they were. `isComplete` says that all its points are there and of one state of
   * the file: a run that was killed may have stored some of them. Points that were not made here are left alone.
   */
  async stored(isBelow, signal) {
    const stored = new Map()
    if (this.size === null) return stored
    const { pathKey } = this.kind
    const with_payload = [pathKey, 'file_size', 'modified', 'file_sha256', 'chunk', 'chunks']
    let offset
    do {
      const page = await this.client.scroll(this.name, { limit: PAGE, offset, with_payload, signal })
      for (const { id, payload } of page.points) {
        const file = payload?.[pathKey]
        if (typeof file === 'string' && isBelow(file) && id === pointId(file, payload.chunk)) {
          addPoint(stored, file, id, payload)
        }
      }
      offset = page.next_page_offset
    } while (offset !== null && offset !== undefined)
    for (const entry of stored.values()) entry.isComplete &&= entry.ids.length === entry.points
    return stored
  }

  /** The ids of the points of a file that has `count` of them. */
  idsOf(file, count) {
    if (!this.kind.isChunked) return count === 0 ? [] : [pointId(file)]
    return Array.from({ length: count }, (_, chunk) => pointId(file, chunk))
  }

  /** Stores points of files. `content` is what the kind stores of one. */
  async upsert(points) {
    await this.#ensure(points[0].vector.length)
    await this.client.upsert(this.name, {
      points: points.map(({ file, sha256, chunk, content, vector }) => ({
        id: pointId(file.file, chunk),
        vector,
        payload: { ...this.#stateOf(file, sha256), ...content }
      }))
    })
  }

  /** Stores the state of a file whose content is stored. */
  async touch(file, sha256, ids) {
    await this.client.setPayload(this.name, { payload: this.#stateOf(file, sha256), points: ids })
  }

  /** Stores the points `ids` of another file as those of a file with the same content. Whether they are of that. */
  async copy(ids, file, sha256) {
    for (const some of slices(ids, POINTS_AT_ONCE)) {
      const points = await this.client.retrieve(this.name, {
        ids: some,
        with_payload: true,
        with_vector: true
      })
      const areOfContent = points.every(({ payload }) => payload?.file_sha256 === sha256)
      if (points.length < some.length || !areOfContent) return false
      await this.client.upsert(this.name, {
        points: points.map(({ vector, payload }) => ({
          id: pointId(file.file, payload.chunk),
          vector,
          payload: { ...payload, ...this.#stateOf(file, sha256) }
        }))
      })
    }
    return true
  }

  async delete(ids) {
    for (const points of slices(ids, PAGE)) await this.client.delete(this.name, { points })
  }

  /** What tells whether a file is still the same. */
  #stateOf({ file, size, modified }, sha256) {
    return { [this.kind.pathKey]: file, file_size: size, modified, file_sha256: sha256 }
  }

  /** Creates the collection for vectors of that length, or refuses when it holds others. */
  async #ensure(size) {
    this.size ??= await this.#create(size)
    if (this.size === size) return
    throw new Error(
      `Collection "${this.name}" holds vectors of ${this.size} numbers, the model ${this.model.label} makes ${size}; ` +
        'choose another collection, or the model it was made with'
    )
  }

  async #create(size) {
    const { client, kind, name, model } = this
    const vectors = { size, distance: 'Cosine' }
    try {
      await client.createCollection(name, { vectors, metadata: model.identity })
      return size
    } catch (error) {
      // Another call may have been first.
      const opened = await FileCollection.open(client, kind, name, model)
      if (opened.size === null) throw error
      return opened.size
    }
  }
}

function madeWith(kind, recorded, name) {
  return recorded ? recordedModel(kind.name, recorded, name) : resolveModel(kind.name, kind.defaultModel)
}

function addPoint(stored, file, id, { file_size: size, modified, file_sha256: sha256, chunks: points = 1 }) {
  const entry = stored.get(file)
  if (!entry) {
    stored.set(file, { ids: [id], size, modified, sha256, points, isComplete: true })
    return
  }
  entry.ids.push(id)
  const isOfThisState =
    entry.size === size && entry.modified === modified && entry.sha256 === sha256 && entry.points === points
  if (!isOfThisState) entry.isComplete = false
}

function* slices(list, length) {
  for (let start = 0; start < list.length; start += length) yield list.slice(start, start + length)
}

module.exports = { FileCollection, slices }
