import { embedTexts } from 'qdrant-embedded'

import { readNotes } from './notes.mjs'

const COLLECTION = 'notes'
const CANDIDATES = 20

/** A document of which the engine makes the sparse vector: the weights of its words. */
const bm25 = (text) => ({ text, model: 'qdrant/bm25' })

const searchable = ({ heading, text }) => `${heading}\n${text}`

/** Notes that are found by what they mean, and by the words that they use. */
export class NoteSearch {
  #client
  #model

  /** `model` is the name of a text model, or a folder with one: `{ path }`. */
  constructor(client, model) {
    this.#client = client
    this.#model = model
  }

  /** Makes the collection hold the passages of a folder, and no others. Only new and changed ones are embedded. */
  async index(folder) {
    const passages = await readNotes(folder)
    const stored = await this.#storedIds()
    const ids = new Set(passages.map(({ id }) => id))
    const added = passages.filter(({ id }) => !stored.has(id))
    const removed = [...stored].filter((id) => !ids.has(id))
    const operations = []
    if (added.length > 0) operations.push({ upsert: { points: await this.#pointsOf(added) } })
    if (removed.length > 0) operations.push({ delete: { points: removed } })
    if (operations.length > 0) await this.#client.batchUpdate(COLLECTION, { operations })
    return { added: added.length, removed: removed.length }
  }

  /** The best passages, of two searches: the nearest in meaning and the best by their words, merged by their ranks. */
  async search(text, limit = 5) {
    const [vector] = await embedTexts([text], { model: this.#model })
    const { points } = await this.#client.query(COLLECTION, {
      prefetch: [
        { query: vector, using: 'meaning', limit: CANDIDATES },
        { query: bm25(text), using: 'words', limit: CANDIDATES }
      ],
      query: { fusion: 'rrf' },
      limit,
      with_payload: true
    })
    return points.map(({ score, payload }) => ({ score, ...payload }))
  }

  async #pointsOf(passages) {
    const vectors = await embedTexts(passages.map(searchable), { model: this.#model })
    await this.#createCollection(vectors[0].length)
    return passages.map(({ id, ...payload }, index) => ({
      id,
      vector: { meaning: vectors[index], words: bm25(searchable(payload)) },
      payload
    }))
  }

  async #createCollection(size) {
    if (await this.#exists()) return
    await this.#client.createCollection(COLLECTION, {
      vectors: { meaning: { size, distance: 'Cosine' } },
      sparse_vectors: { words: { modifier: 'idf' } }
    })
  }

  async #storedIds() {
    const ids = new Set()
    if (!(await this.#exists())) return ids
    let offset
    do {
      const page = await this.#client.scroll(COLLECTION, { limit: 1000, offset, with_payload: false })
      for (const { id } of page.points) ids.add(id)
      offset = page.next_page_offset
    } while (offset)
    return ids
  }

  async #exists() {
    return (await this.#client.collectionExists(COLLECTION)).exists
  }
}
