const path = require('node:path')

const { FileCollection } = require('./collection.js')
const { findFiles } = require('./files.js')
const { kindsOf } = require('./kinds.js')
const { resolveModel } = require('./model.js')
const { Update } = require('./update.js')

/** A folder and the collections that hold what is in it. Each scan finds out anew what differs. */
class FolderIndex {
  #client
  #folder
  #options
  #embedding
  #kinds

  constructor(client, folder, options, functions) {
    this.#client = client
    this.#folder = folder
    this.#options = options
    this.#embedding = { functions, options: options.embedding }
    this.#kinds = kindsOf(options).map((one) => ({ ...one, refused: new Map(), model: undefined }))
  }

  /** Makes the collections what the folder is. `enter` is told of every folder before it is read. */
  async scan({ signal, enter }) {
    const { ignore, onError, onProgress } = this.#options
    signal?.throwIfAborted()
    const onFound = (done) => onProgress({ phase: 'find', done })
    const found = await findFiles(this.#folder, this.#kinds, { ignore, enter, onFound, signal })

    const failures = []
    const fail = (failure) => {
      if (onError === 'throw') throw failureError(failure)
      failures.push(failure)
    }
    found.failures.forEach(fail)

    const isBelow = below([found.root])
    const isUnknown = below(found.failures.map(({ file }) => file))
    const hooks = { report: onProgress, fail }
    const result = { folder: found.root, images: null, texts: null, failures }
    for (const one of this.#kinds) {
      const { kind, settings, refused } = one
      const collection = await this.#open(one)
      const files = found.files.filter((file) => file.kind === kind)
      const update = new Update(collection, { settings, embedding: this.#embedding, refused, hooks, signal })
      result[kind.plural] = await update.run(files, isBelow, isUnknown)
    }
    return result
  }

  /** The hash of a model's file is not made twice. */
  async #open(one) {
    const { kind, settings } = one
    if (settings.model !== undefined) one.model ??= await resolveModel(kind.name, settings.model)
    const collection = await FileCollection.open(this.#client, kind, settings.collection, one.model)
    one.model = collection.model
    return collection
  }
}

/** Whether a path is one of these, or below one. */
function below(folders) {
  const prefixes = folders.map((folder) => (folder.endsWith(path.sep) ? folder : folder + path.sep))
  return (file) => folders.includes(file) || prefixes.some((prefix) => file.startsWith(prefix))
}

function failureError({ file, error }) {
  return Object.assign(new Error(`${file}: ${error.message}`, { cause: error }), { file })
}

module.exports = { FolderIndex }
