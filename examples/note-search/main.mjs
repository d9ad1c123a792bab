// node examples/note-search/main.mjs <folder of notes> <what to look for> [--model <name|folder>] [--path <storage>]
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { connect } from 'qdrant-embedded'

import { NoteSearch } from './note-search.mjs'

const { values, positionals } = parseArgs({
  options: {
    model: { type: 'string', default: 'Qdrant/all-MiniLM-L6-v2-onnx' },
    path: { type: 'string', default: './notes_data' }
  },
  allowPositionals: true
})
const [folder, ...words] = positionals
if (words.length === 0) {
  console.error(
    'Usage: main.mjs <folder of notes> <what to look for> [--model <name|folder>] [--path <storage>]'
  )
  process.exit(2)
}

const client = await connect({ path: values.path })
try {
  const notes = new NoteSearch(client, existsSync(values.model) ? { path: values.model } : values.model)
  const { added, removed } = await notes.index(folder)
  if (added + removed > 0) console.error(`${added} passages added, ${removed} removed`)
  for (const { score, file, heading, text } of await notes.search(words.join(' '))) {
    console.log(`${score.toFixed(3)}  ${file}: ${heading}\n       ${text.split('\n')[0]}`)
  }
} finally {
  await client.close()
}
