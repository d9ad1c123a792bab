import { Embeddings } from '@langchain/core/embeddings'
import { embedTexts } from 'qdrant-embedded'

/** Embeddings for LangChain by a model on this machine. */
export class LocalEmbeddings extends Embeddings {
  #model

  /** `model` is the name of a text model, or a folder with one: `{ path }`. */
  constructor({ model, ...params }) {
    super(params)
    this.#model = model
  }

  async embedDocuments(texts) {
    const vectors = await this.caller.call(embedTexts, texts, { model: this.#model })
    return vectors.map((vector) => Array.from(vector))
  }

  async embedQuery(text) {
    const [vector] = await this.embedDocuments([text])
    return vector
  }
}
