import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { root } from './markdown.mjs'

const SOURCES = [
  'lib',
  'engine/src',
  'embedding/src',
  'node_modules/@qdrant/openapi-typescript-fetch/dist/esm'
]

/** All the code, with texts that are written over several lines made one. */
const code = SOURCES.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => /\.(js|rs)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
)
  .join('\n')
  .replace(/\\\n\s*/g, '')
  .replace(/' \+\n\s*'/g, '')

// V8 says this, and QdrantError is a name.
const OF_OTHERS = ['Do not know how to serialize a BigInt', 'error instanceof QdrantError']

describe('docs/troubleshooting.md', () => {
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
  const messages = [...page.matchAll(/^### `(.+?)`/gm)].map(([, message]) => message)

  for (const message of messages.filter((text) => !OF_OTHERS.includes(text))) {
    it(`is about messages that there are: ${message}`, () => {
      for (const part of message.split('…').map((text) => text.trim())) {
        assert.ok(code.includes(part), part)
      }
    })
  }

  it('is about many', () => assert.ok(messages.length > 15))
})
