import { embedTexts, type LocalModel, type QdrantClient } from 'qdrant-embedded'

const COLLECTION = 'documents'

export interface Found {
  id: string | number
  score: number
  text: string
}

/** Texts that are found by what they mean. */
export class Documents {
  readonly #client: QdrantClient
  readonly #model: string | LocalModel

  private constructor(client: QdrantClient, model: string | LocalModel) {
    this.#client = client
    this.#model = model
  }

  /** Loads the model, and creates the collection when it is missing. */
  static async open(client: QdrantClient, model: string | LocalModel): Promise<Documents> {
    const documents = new Documents(client, model)
    const { length } = await documents.#embed('')
    const { exists } = await client.collectionExists(COLLECTION)
    if (!exists) await client.createCollection(COLLECTION, { vectors: { size: length, distance: 'Cosine' } })
    return documents
  }

  async put(id: number, text: string): Promise<void> {
    const vector = await this.#embed(text)
    await this.#client.upsert(COLLECTION, { points: [{ id, vector, payload: { text } }] })
  }

  async search(text: string, limit: number, signal: AbortSignal): Promise<Found[]> {
    const query = await this.#embed(text, signal)
    const { points } = await this.#client.query(COLLECTION, { query, limit, with_payload: true, signal })
    return points.map(({ id, score, payload }) => ({ id, score, text: String(payload?.text) }))
  }

  async count(): Promise<number> {
    return (await this.#client.count(COLLECTION)).count
  }

  async #embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
    const [vector] = await embedTexts([text], { model: this.#model, ...(signal && { signal }) })
    if (!vector) throw new Error('a text has a vector')
    return vector
  }
}
