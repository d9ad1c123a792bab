// Stores of other packages take a client of this one.
import type { Embeddings } from '@langchain/core/embeddings'
import { QdrantVectorStore } from '@langchain/qdrant'
import { QdrantVectorStore as LlamaIndexStore } from '@llamaindex/qdrant'
import { Qdrant } from 'mem0ai/oss'
import { connect } from 'qdrant-embedded'

export async function stores(embeddings: Embeddings): Promise<unknown[]> {
  const client = await connect({ path: './data' })
  return [
    new QdrantVectorStore(embeddings, { client, collectionName: 'documents' }),
    await QdrantVectorStore.fromTexts(['a text'], [{}], embeddings, { client }),
    new LlamaIndexStore({ client, collectionName: 'nodes' }),
    new Qdrant({ client, collectionName: 'memories', embeddingModelDims: 384 })
  ]
}
