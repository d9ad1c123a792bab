import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as exported from 'qdrant-embedded'
import * as bridge from 'qdrant-embedded/bridge'

import { apiPage } from '../../scripts/docs/api-page.mjs'
import { examples } from '../../scripts/docs/examples.mjs'
import { withClient } from '../helpers.mjs'
import { root } from './markdown.mjs'

/** The names of the methods that a client has. */
function methodsOf(client) {
  const names = new Set()
  for (let type = client; type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const name of Object.getOwnPropertyNames(type)) {
      if (typeof client[name] === 'function' && name !== 'constructor') names.add(name)
    }
  }
  return [...names]
}

describe('docs/api.md', () => {
  it('is what `npm run docs` makes', () => {
    assert.ok(readFileSync(join(root, 'docs/api.md'), 'utf8') === apiPage(), 'run `npm run docs`')
  })

  it('describes every function and every method, each with an example in docs/examples, and no other', () =>
    withClient(async (client) => {
      const documented = [...apiPage().matchAll(/^### (.+)\n\n```typescript\n/gm)].map(([, name]) => name)
      const isFunction = (value) => typeof value === 'function'
      const functions = [...Object.entries(exported), ...Object.entries(bridge)]
        .filter(([, value]) => isFunction(value))
        .map(([name]) => name)
      const shown = [...functions, ...methodsOf(client)]
      assert.deepEqual(
        shown.filter((name) => !documented.includes(name)),
        []
      )
      assert.deepEqual([...examples().keys()].sort(), [...new Set(shown)].sort())
      for (const section of apiPage()
        .split(/^##+ /m)
        .filter((text) => examples().has(text.split('\n')[0]))) {
        assert.match(section, /\n```typescript\n[\s\S]+?\n```\n\n[A-Z]/, 'it has no description')
      }
    }))
})
