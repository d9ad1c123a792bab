import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { connect } from 'qdrant-embedded'

import { textModel } from '../../__test__/embedding/helpers.mjs'
import { withFolder } from '../../__test__/helpers.mjs'
import { LocalEmbeddings } from './local-embeddings.mjs'
import { openStore, promptChain } from './retrieval.mjs'

const DOCUMENTS = [
  { pageContent: 'The dog barks on the beach.', metadata: { file: 'dogs.md', year: 2023 } },
  { pageContent: 'My cat sleeps on the sand.', metadata: { file: 'cats.md', year: 2025 } },
  { pageContent: 'The compiler crashes in a loop.', metadata: { file: 'code.md', year: 2025 } },
  { pageContent: 'Bake the bread in the oven.', metadata: { file: 'food.md', year: 2023 } }
]

/** Calls `use` with a store of the documents in a folder, and closes its client. */
async function inStore(path, use) {
  const client = await connect({ path })
  try {
    return await use(await openStore(client, new LocalEmbeddings({ model: textModel })))
  } finally {
    await client.close()
  }
}

describe('retrieval with LangChain', () => {
  it('puts the notes that answer a question into the prompt', () =>
    withFolder((path) =>
      inStore(path, async (store) => {
        await store.addDocuments(DOCUMENTS)
        const [system, human] = (await promptChain(store, { k: 1 }).invoke('the bug in the program')).messages
        assert.match(system.content, /\n\n\[code\.md\] The compiler crashes in a loop\.$/)
        assert.equal(human.content, 'the bug in the program')
      })
    ))

  it('finds only what a filter of Qdrant lets through', () =>
    withFolder((path) =>
      inStore(path, async (store) => {
        await store.addDocuments(DOCUMENTS)
        const filter = { must: [{ key: 'metadata.year', match: { value: 2025 } }] }
        const prompt = await promptChain(store, { k: 4, filter }).invoke('a puppy')
        const files = [...prompt.messages[0].content.matchAll(/\[(.+)\]/g)].map(([, file]) => file)
        assert.deepEqual(files.sort(), ['cats.md', 'code.md'])
      })
    ))

  it('finds its documents again when the folder is opened another time', () =>
    withFolder(async (path) => {
      await inStore(path, (store) => store.addDocuments(DOCUMENTS))
      await inStore(path, async (store) => {
        const [{ metadata }] = await store.similaritySearch('cook dinner in the kitchen', 1)
        assert.equal(metadata.file, 'food.md')
      })
    }))

  it('is a command', () =>
    withFolder(async (path) => {
      const main = fileURLToPath(new URL('main.mjs', import.meta.url))
      const args = [main, 'the compiler and its memory', '--model', textModel.path, '--path', path]
      const ask = () => promisify(execFile)(process.execPath, args)
      const { stdout } = await ask()
      assert.match(stdout, /\[program\.md\] The pointer is used/)
      assert.equal((await ask()).stdout, stdout)
    }))
})
