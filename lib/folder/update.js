const { abortable } = require('../abort.js')
const { slices } = require('./collection.js')
const { FileError, isGone, isMissing, unreadable } = require('./failure.js')

const INPUTS_AT_ONCE = 64
const FILES_REMOVED_AT_ONCE = 256

/**
 * Brings the collection of one kind of files up to date with the files that are there, batch by batch, so that what
 * was done is kept whenever it ends.
 */
class Update {
  #collection
  #kind
  #settings
  #embedding
  #refused
  #hooks
  #signal
  #counts = { found: 0, indexed: 0, embedded: 0, unchanged: 0, removed: 0, failed: 0 }
  #stored
  #byContent
  #done = 0
  #total = 0

  /**
   * `refused` are the files that were refused for their content before, and need not be tried again; `hooks` has the
   * functions `report` for progress and `fail` for failures.
   */
  constructor(collection, { settings, embedding, refused, hooks, signal }) {
    this.#collection = collection
    this.#kind = collection.kind
    this.#settings = settings
    this.#embedding = embedding
    this.#refused = refused
    this.#hooks = hooks
    this.#signal = signal
  }

  /** `isBelow` says which paths are of the folder, `isUnknown` of which of them it is not known what is there. */
  async run(files, isBelow, isUnknown) {
    this.#counts.found = files.length
    this.#stored = await this.#collection.stored(isBelow, this.#signal)
    this.#byContent = new Map()
    for (const { isComplete, sha256, ids } of this.#stored.values()) {
      if (isComplete && sha256) this.#byContent.set(sha256, ids)
    }
    const there = new Set(files.map(({ file }) => file))
    const candidates = files.filter((file) => !this.#isKnown(file))
    const gone = [...this.#stored.keys()].filter((file) => !there.has(file) && !isUnknown(file))
    this.#total = candidates.length + gone.length
    for (const file of this.#refused.keys()) if (!there.has(file)) this.#refused.delete(file)

    let reading = Promise.resolve([])
    for (const batch of batches(candidates, this.#kind)) {
      // A batch is read while the one before it is embedded.
      const read = this.#read(batch)
      await this.#store(await abortable(this.#signal, () => reading))
      reading = read
    }
    await this.#store(await abortable(this.#signal, () => reading))
    // At the end, since what was moved is copied from where it was.
    for (const files of slices(gone, FILES_REMOVED_AT_ONCE)) {
      this.#signal?.throwIfAborted()
      await this.#remove(files)
    }
    return { collection: this.#collection.name, model: this.#collection.model.label, ...this.#counts }
  }

  /** Whether nothing has to be done about a file, by its size and time of change. */
  #isKnown(file) {
    const isSame = (other) => other?.size === file.size && other.modified === file.modified
    const entry = this.#stored.get(file.file)
    if (entry?.isComplete && isSame(entry)) {
      this.#counts.unchanged++
      return true
    }
    const refused = this.#refused.get(file.file)
    if (!isSame(refused)) return false
    this.#counts.failed++
    this.#hooks.fail({ file: file.file, kind: this.#kind.name, error: refused.error })
    return true
  }

  /** Files with their contents. */
  #read(batch) {
    return Promise.all(batch.map(async (file) => ({ file, content: await this.#contentOf(file) })))
  }

  async #store(batch) {
    const toEmbed = []
    for (const { file, content } of batch) {
      this.#signal?.throwIfAborted()
      if (content instanceof Error) await this.#refuse(file, content)
      else if (await this.#touch(file, content)) this.#end(file, 'unchanged')
      else if (await this.#copy(file, content)) this.#end(file, 'copied')
      else toEmbed.push({ file, content, points: 0 })
    }
    await this.#embed(toEmbed)
  }

  /** The content of a file, or why there is none to be had. */
  async #contentOf(file) {
    const { maxFileSize = this.#kind.maxFileSize } = this.#settings
    if (file.size > maxFileSize) {
      return new FileError(`it has ${file.size} bytes, more than ${maxFileSize}`, { isOfContent: true })
    }
    try {
      return await this.#kind.read(file)
    } catch (error) {
      return isGone(error) ? error : unreadable(error)
    }
  }

  /** Whether the content of the file is stored, but was written at another time. */
  async #touch(file, { sha256 }) {
    const entry = this.#stored.get(file.file)
    if (!entry?.isComplete || entry.sha256 !== sha256) return false
    await this.#collection.touch(file, sha256, entry.ids)
    return true
  }

  /** Whether another file with the same content is stored: the points are copied from there. */
  async #copy(file, { sha256 }) {
    const ids = this.#byContent.get(sha256)
    if (!ids || !(await this.#collection.copy(ids, file, sha256))) return false
    await this.#deleteBeyond(file, ids.length)
    return true
  }

  /** Embeds and stores files, which share the calls of the model. */
  async #embed(states) {
    const inputs = []
    for (const state of states) {
      try {
        const ofFile = await this.#inputs(state)
        state.points = ofFile.length
        for (const input of ofFile) inputs.push({ ...input, state })
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        state.error = error
      }
    }
    for (const slice of slices(inputs, INPUTS_AT_ONCE)) await this.#embedSlice(slice)
    for (const { file, content, points, error } of states) {
      if (error) {
        await this.#refuse(file, error)
        continue
      }
      await this.#deleteBeyond(file, points)
      // A text with nothing in it is stored as nothing.
      this.#end(file, points > 0 ? 'embedded' : 'unchanged')
      if (points > 0) this.#byContent.set(content.sha256, this.#collection.idsOf(file.file, points))
    }
  }

  #inputs({ file, content }) {
    const { functions } = this.#embedding
    const { maxTokens, overlap } = this.#settings
    const options = { ...this.#modelOptions(), maxTokens, overlap }
    return abortable(this.#signal, () => this.#kind.inputs(file, content, functions.splitText, options))
  }

  async #embedSlice(slice) {
    const { functions } = this.#embedding
    const { batchSize } = this.#settings
    const options = { ...this.#modelOptions(), ...(batchSize !== undefined && { batchSize }) }
    const inputs = slice.map(({ input }) => input)
    const vectors = await abortable(this.#signal, () => this.#kind.embed(functions, inputs, options))
    const points = []
    for (const [index, { state, chunk, content }] of slice.entries()) {
      const vector = vectors[index]
      if (vector instanceof Error) state.error = vector
      else points.push({ file: state.file, sha256: state.content.sha256, chunk, content, vector })
    }
    if (points.length > 0) await this.#collection.upsert(points)
  }

  #modelOptions() {
    const onProgress = ({ phase, ...progress }) => {
      if (phase === 'download') this.#hooks.report({ phase, kind: this.#kind.name, ...progress })
    }
    return { ...this.#embedding.options, model: this.#collection.model.source, onProgress }
  }

  /** Deletes what is stored of a file beyond its first `count` points. */
  async #deleteBeyond({ file }, count) {
    const entry = this.#stored.get(file)
    if (!entry) return
    const current = new Set(this.#collection.idsOf(file, count))
    await this.#collection.delete(entry.ids.filter((id) => !current.has(id)))
  }

  /** A file that is there and cannot be had. What is stored of it stays only if its content may be as it was. */
  async #refuse(file, error) {
    if (isGone(error) || (await isMissing(file.file))) {
      this.#counts.found--
      await this.#remove([file.file])
      return
    }
    if (error.isOfContent) {
      this.#refused.set(file.file, { ...file, error })
      await this.#deleteBeyond(file, 0)
    }
    this.#hooks.fail({ file: file.file, kind: this.#kind.name, error })
    this.#end(file, 'failed', error)
  }

  /** Files that are not there any more. */
  async #remove(files) {
    const stored = files.map((file) => this.#stored.get(file)).filter(Boolean)
    await this.#collection.delete(stored.flatMap(({ ids }) => ids))
    this.#counts.removed += stored.length
    for (const file of files) this.#report(file, 'removed')
  }

  #end({ file }, outcome, error) {
    if (outcome === 'unchanged' || outcome === 'failed') this.#counts[outcome]++
    else this.#counts.indexed++
    if (outcome === 'embedded') this.#counts.embedded++
    this.#report(file, outcome, error)
  }

  #report(file, outcome, error) {
    this.#done++
    const progress = { done: this.#done, total: this.#total, file, outcome, ...(error && { error }) }
    this.#hooks.report({ phase: 'index', kind: this.#kind.name, ...progress })
  }
}

/** Files by few, which are not too large together. */
function* batches(files, { filesAtOnce, bytesAtOnce }) {
  let batch = []
  let size = 0
  for (const file of files) {
    if (batch.length === filesAtOnce || (batch.length > 0 && size + file.size > bytesAtOnce)) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(file)
    size += file.size
  }
  if (batch.length > 0) yield batch
}

module.exports = { Update }
