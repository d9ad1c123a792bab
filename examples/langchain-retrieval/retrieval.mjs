import { ChatPromptTemplate } from '@langchain/core/prompts'
import { RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import { QdrantVectorStore } from '@langchain/qdrant'

const PROMPT = ChatPromptTemplate.fromMessages([
  ['system', 'Answer from these notes only, and name the note.\n\n{notes}'],
  ['human', '{question}']
])

const cite = (documents) =>
  documents.map(({ pageContent, metadata }) => `[${metadata.file}] ${pageContent}`).join('\n')

/** A vector store of LangChain in the collection `documents` of a client. */
export function openStore(client, embeddings) {
  return QdrantVectorStore.fromExistingCollection(embeddings, { client, collectionName: 'documents' })
}

/**
 * A chain from a question to the prompt for a chat model, with the notes that may answer it. `filter` is one of Qdrant,
 * with fields such as `metadata.file`.
 */
export function promptChain(store, { k = 2, filter } = {}) {
  const retriever = store.asRetriever({ k, filter })
  return RunnableSequence.from([{ notes: retriever.pipe(cite), question: new RunnablePassthrough() }, PROMPT])
}
