import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { connect, indexFolder } from '../../index.js'
import { both, DOG, pointsOf, withFiles } from './helpers.mjs'

const script = fileURLToPath(new URL('fixtures/index-folder.mjs', import.meta.url))
const PHOTOS = ['cat', 'coins', 'rocket', 'pagoda', 'dahlia'].flatMap((group) =>
  ['crop', 'light', 'lowq', 'original'].map((kind) => `${group}/${kind}.jpg`)
)
const files = {
  ...Object.fromEntries(PHOTOS.map((photo) => [photo, { photo }])),
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`${index}.txt`, `${DOG} ${index} `.repeat(1 + (index % 7))])
  )
}
const TOTAL = Object.keys(files).length

/** Indexes in a process of its own that is killed when it has told of `count` files; resolves to those it told of. */
async function indexUntilKilled(store, folder, count) {
  const child = spawn(process.execPath, [script, store, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = new Set()
  createInterface({ input: child.stdout }).on('line', (file) => {
    told.add(file)
    if (told.size === count) child.kill('SIGKILL')
  })
  const [code, signal] = await once(child, 'close')
  assert.ok(signal === 'SIGKILL' || code === 0, `ended with ${code}, ${signal}`)
  return told
}

describe('indexFolder that was killed', () => {
  it('has kept what it told of, and goes on from there to the same points', () =>
    withFiles(files, async (inMemory, folder) => {
      const reference = await indexFolder(inMemory, folder, both)
      assert.equal(reference.images.embedded + reference.texts.embedded, TOTAL)

      await withFiles({}, async (_client, store) => {
        const kept = new Set()
        for (const count of [1, 17, 25]) {
          const told = await indexUntilKilled(store, folder, count)
          for (const file of told) {
            assert.ok(!kept.has(file), `${file} was embedded twice`)
            kept.add(file)
          }
        }
        // The last of them comes to its end if many files were stored without having been told of.
        assert.ok(kept.size >= 1 + 17 && kept.size <= TOTAL, `${kept.size}`)

        const client = await connect({ path: store })
        try {
          const { images, texts } = await indexFolder(client, folder, both)
          // Some may have been stored without having been told of.
          assert.ok(images.unchanged + texts.unchanged >= kept.size)
          assert.equal(images.unchanged + texts.unchanged + images.indexed + texts.indexed, TOTAL)
          for (const collection of ['images', 'texts']) {
            const points = await pointsOf(client, collection)
            const expected = await pointsOf(inMemory, collection)
            assert.deepEqual(
              points.map(({ id, payload }) => ({ id, payload })).sort(byId),
              expected.map(({ id, payload }) => ({ id, payload })).sort(byId)
            )
          }
          const again = await indexFolder(client, folder, both)
          assert.equal(again.images.unchanged + again.texts.unchanged, TOTAL)
        } finally {
          await client.close()
        }
      })
    }))
})

const byId = (one, other) => (one.id < other.id ? -1 : 1)
