import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { textModel } from '../../__test__/embedding/helpers.mjs'
import { withClient, withFolder } from '../../__test__/helpers.mjs'
import { NoteSearch } from './note-search.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Calls `use` with the search over a copy of the notes, which is indexed, and with that folder. */
const withNotes = (use) =>
  withClient((client) =>
    withFolder(async (folder) => {
      await cp(here('notes'), folder, { recursive: true })
      const notes = new NoteSearch(client, textModel)
      assert.deepEqual(await notes.index(folder), { added: 8, removed: 0 })
      return use(notes, folder, client)
    })
  )

const headings = (found) => found.map(({ heading }) => heading)

describe('the note search', () => {
  it('finds by meaning what shares no word with the query', () =>
    withNotes(async (notes) => {
      const [{ file, text }] = await notes.search('puppy at the ocean')
      assert.equal(file, 'dogs.md')
      assert.doesNotMatch(text, /puppy|ocean/)
    }))

  it('finds by its words what the model does not know', () =>
    withNotes(async (notes) => {
      assert.equal(headings(await notes.search('E4021'))[0], 'Error E4021')
      assert.equal(headings(await notes.search('QE-7731'))[0], 'Release')
    }))

  it('needs both lists for that: neither finds both', () =>
    withNotes(async (_notes, _folder, client) => {
      const words = { query: { text: 'puppy at the ocean', model: 'qdrant/bm25' }, using: 'words' }
      const { points } = await client.query('notes', { ...words, with_payload: true })
      assert.ok(points.every(({ payload }) => payload.file !== 'dogs.md'))
    }))

  it('embeds again only what has changed, and forgets what is gone', () =>
    withNotes(async (notes, folder) => {
      assert.deepEqual(await notes.index(folder), { added: 0, removed: 0 })
      await rm(join(folder, 'boats.md'))
      await writeFile(join(folder, 'dogs.md'), '# Dogs\n\n## Walks\n\nThe cat sleeps.\n')
      assert.deepEqual(await notes.index(folder), { added: 1, removed: 4 })
      assert.ok(!headings(await notes.search('E4021')).includes('Error E4021'))
    }))

  it('is a command, which keeps its index in a folder', () =>
    withFolder(async (path) => {
      const args = [here('main.mjs'), here('notes'), 'bread', '--model', textModel.path, '--path', path]
      const search = () => promisify(execFile)(process.execPath, args)
      const first = await search()
      assert.match(first.stdout, /^\d\.\d{3} {2}kitchen\.md: Bread\n/)
      assert.match(first.stderr, /8 passages added/)
      assert.deepEqual(await search(), { stdout: first.stdout, stderr: '' })
    }))
})
