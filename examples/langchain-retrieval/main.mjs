// node examples/langchain-retrieval/main.mjs <question> [--model <name|folder>] [--path <storage>]
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { connect } from 'qdrant-embedded'

import { readNotes } from '../note-search/notes.mjs'
import { LocalEmbeddings } from './local-embeddings.mjs'
import { openStore, promptChain } from './retrieval.mjs'

const NOTES = fileURLToPath(new URL('../note-search/notes', import.meta.url))

const { values, positionals } = parseArgs({
  options: {
    model: { type: 'string', default: 'Qdrant/all-MiniLM-L6-v2-onnx' },
    path: { type: 'string', default: './langchain_data' }
  },
  allowPositionals: true
})
const client = await connect({ path: values.path })
try {
  const model = existsSync(values.model) ? { path: values.model } : values.model
  const store = await openStore(client, new LocalEmbeddings({ model }))
  const notes = await readNotes(NOTES)
  await store.addDocuments(notes.map(({ id, file, text }) => ({ id, pageContent: text, metadata: { file } })))
  const prompt = await promptChain(store).invoke(positionals.join(' '))
  console.log(prompt.toString()) // A chat model would come here: promptChain(store).pipe(model).
} finally {
  await client.close()
}
