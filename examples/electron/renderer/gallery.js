const LIMIT = 24

/** The pictures of the gallery as the page asks for them: calls of the client, as any program makes them. */
export class Gallery {
  #client
  #about

  constructor(client, about) {
    this.#client = client
    this.#about = about
  }

  /** The first pictures, and how many there are. */
  async all() {
    const { collection } = this.#about
    if (!(await this.#client.collectionExists(collection)).exists) return { pictures: [], count: 0 }
    const { count } = await this.#client.count(collection)
    const { points } = await this.#client.scroll(collection, { limit: LIMIT, with_payload: ['name'] })
    return { pictures: points, count }
  }

  async like(id, { signal }) {
    return this.#query(id, signal)
  }

  async likePicture(bytes, { signal, onProgress }) {
    return this.#query(await this.#client.embedPicture(bytes, { signal, onProgress }), signal)
  }

  /** By what they show if the model knows words, else by the names of their files. */
  async withWords(words, { signal, onProgress }) {
    const { collection, knowsWords } = this.#about
    if (knowsWords) return this.#query(await this.#client.embedWords(words, { signal, onProgress }), signal)
    const filter = { must: [{ key: 'name', match: { text: words } }] }
    const { points } = await this.#client.scroll(collection, {
      filter,
      limit: LIMIT,
      with_payload: ['name'],
      signal
    })
    return points
  }

  /** The folders and how many pictures each has. */
  async folders() {
    const { collection } = this.#about
    if (!(await this.#client.collectionExists(collection)).exists) return []
    const { hits } = await this.#client.facet(collection, { key: 'folder', limit: 100, exact: true })
    return hits.map(({ value, count }) => ({ folder: value, count }))
  }

  index(folder, options) {
    return this.#client.indexFolder(folder, options)
  }

  forget(folder) {
    return this.#client.forgetFolder(folder)
  }

  async #query(query, signal) {
    const options = { query, limit: LIMIT, with_payload: ['name'], signal }
    const { points } = await this.#client.query(this.#about.collection, options)
    return points
  }
}
