import fs from 'node:fs/promises'
import { connect, embedImages, embedTexts } from 'qdrant-embedded'
import { indexFolder } from './indexing.mjs'
import { modelOf } from './model.mjs'

/** Opens the gallery that is kept in a folder. */
export async function openGallery({ data, model }) {
  return new Gallery(await connect({ path: data }), modelOf(model))
}

/** The pictures of some folders: a collection, and the model of its vectors. */
class Gallery {
  #chosen = new Set()

  constructor(client, model) {
    this.client = client
    this.model = model
  }

  /**
   * What the page may call: reads of the client as they are, and these functions. It can name no file, and no folder
   * that the user has not chosen.
   */
  forPage() {
    return {
      allow: ['collectionExists', 'count', 'facet', 'query', 'scroll'],
      functions: {
        about: () => this.about(),
        embedPicture: (bytes, options) => this.embedPicture(bytes, options),
        embedWords: (words, options) => this.embedWords(words, options),
        indexFolder: (folder, options) => this.indexFolder(folder, options),
        forgetFolder: (folder) => this.forgetFolder(folder)
      }
    }
  }

  /** What the main process may call, which knows what the user has chosen. */
  forMain() {
    return {
      allow: [],
      functions: {
        chooseFolder: (folder) => this.chooseFolder(folder),
        pictureFile: (id) => this.pictureFile(id)
      }
    }
  }

  about() {
    const { label, collection, texts } = this.model
    return { model: label, collection, knowsWords: texts !== null }
  }

  async chooseFolder(folder) {
    const real = await fs.realpath(folder)
    this.#chosen.add(real)
    return real
  }

  /** The file of a picture of the gallery, else null. */
  async pictureFile(id) {
    if (!/^[0-9a-f-]{36}$/.test(id) || !(await this.#exists())) return null
    const [point] = await this.client.retrieve(this.model.collection, { ids: [id], with_payload: ['file'] })
    return point?.payload.file ?? null
  }

  async indexFolder(folder, options) {
    if (!this.#chosen.has(folder) && !(await this.#holds(folder))) {
      throw new Error('This folder was not chosen')
    }
    return indexFolder(this, folder, options)
  }

  async forgetFolder(folder) {
    const filter = { must: [{ key: 'folder', match: { value: folder } }] }
    await this.client.delete(this.model.collection, { filter })
  }

  /** The vector of a picture that is not in the gallery. */
  async embedPicture(bytes, { onProgress } = {}) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('A picture is bytes')
    const [vector] = await this.embed([bytes], onProgress)
    return vector
  }

  async embedWords(words, { onProgress } = {}) {
    if (this.model.texts === null) throw new Error(`The model ${this.model.label} knows pictures only`)
    const [vector] = await embedTexts([String(words)], { model: this.model.texts, onProgress })
    return vector
  }

  embed(images, onProgress) {
    return embedImages(images, { model: this.model.images, onProgress })
  }

  async ensureCollection(size) {
    const { collection } = this.model
    if (await this.#exists()) return
    await this.client.createCollection(collection, { vectors: { size, distance: 'Cosine' } })
    await this.client.createPayloadIndex(collection, { field_name: 'folder', field_schema: 'keyword' })
    await this.client.createPayloadIndex(collection, {
      field_name: 'name',
      field_schema: { type: 'text', tokenizer: 'prefix', min_token_len: 2, lowercase: true }
    })
  }

  close() {
    return this.client.close({ timeout: 5 })
  }

  async #exists() {
    return (await this.client.collectionExists(this.model.collection)).exists
  }

  async #holds(folder) {
    if (!(await this.#exists())) return false
    const filter = { must: [{ key: 'folder', match: { value: folder } }] }
    return (await this.client.count(this.model.collection, { filter })).count > 0
  }
}
