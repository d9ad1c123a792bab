import assert from 'node:assert/strict'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'

import { connect, watchFolder } from '../../index.js'
import { BREAD, both, counts, DOG, LOOP, pointsOf, put, textsOnly, withFiles } from './helpers.mjs'

const FAST = { debounce: 20 }

/** Watches a folder while `use` runs; `until(isReached)` waits for a state that is looked at after every scan. */
async function watching(client, folder, options, use) {
  const waiting = new Set()
  const look = () => {
    for (const check of waiting) check()
  }
  const scanned = []
  const errors = []
  const watcher = await watchFolder(client, folder, {
    ...FAST,
    ...options,
    onScan: (result) => {
      scanned.push(result)
      look()
    },
    onScanError: (error) => {
      errors.push(error)
      look()
    }
  })
  const until = (isReached) =>
    new Promise((resolve, reject) => {
      const check = async () => {
        try {
          if (!(await isReached())) return
          resolve()
        } catch (error) {
          reject(error)
        }
        waiting.delete(check)
      }
      waiting.add(check)
      check()
    })
  try {
    return await use({ watcher, until, scanned, errors })
  } finally {
    await watcher.close()
  }
}

/** The names of the files that are indexed, with the texts of their points. */
async function indexed(client, folder) {
  const found = {}
  for (const { payload } of await pointsOf(client, 'texts')) {
    found[path.relative(folder, payload.text_path).replaceAll(path.sep, '/')] = payload.text
  }
  return found
}

describe('watchFolder', () => {
  it('makes a first scan, and then follows what is written, renamed and removed', () =>
    withFiles({ 'a.txt': DOG, 'sub/b.txt': LOOP }, (client, folder) =>
      watching(client, folder, textsOnly, async ({ watcher, until }) => {
        assert.deepEqual(counts(watcher.result.texts), { found: 2, indexed: 2, embedded: 2 })
        const becomes = (expected) =>
          until(async () => {
            const found = await indexed(client, folder)
            return (
              JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(expected).sort())
            )
          })

        await put(folder, { 'c.txt': BREAD })
        await becomes({ 'a.txt': DOG, 'sub/b.txt': LOOP, 'c.txt': BREAD })
        await put(folder, { 'a.txt': `${DOG} ${DOG}` })
        await becomes({ 'a.txt': `${DOG} ${DOG}`, 'sub/b.txt': LOOP, 'c.txt': BREAD })
        await put(folder, { 'new/deep/er/d.txt': DOG })
        await becomes({
          'a.txt': `${DOG} ${DOG}`,
          'sub/b.txt': LOOP,
          'c.txt': BREAD,
          'new/deep/er/d.txt': DOG
        })
        await rm(path.join(folder, 'a.txt'))
        await rename(path.join(folder, 'c.txt'), path.join(folder, 'sub', 'c.txt'))
        await becomes({ 'sub/b.txt': LOOP, 'sub/c.txt': BREAD, 'new/deep/er/d.txt': DOG })
        await rm(path.join(folder, 'new'), { recursive: true })
        await becomes({ 'sub/b.txt': LOOP, 'sub/c.txt': BREAD })
        // A folder of the same name is another one.
        await rename(path.join(folder, 'sub'), path.join(folder, 'moved'))
        await put(folder, { 'sub/e.txt': DOG })
        await becomes({ 'moved/b.txt': LOOP, 'moved/c.txt': BREAD, 'sub/e.txt': DOG })
        await put(folder, { 'sub/f.txt': LOOP, 'moved/g.txt': DOG })
        await becomes({
          'moved/b.txt': LOOP,
          'moved/c.txt': BREAD,
          'moved/g.txt': DOG,
          'sub/e.txt': DOG,
          'sub/f.txt': LOOP
        })
        await until(() => watcher.result.texts.found === 5)
      })
    ))

  it('watches images and texts, and tries a file that was refused again when it has changed', () =>
    withFiles({ 'a.jpg': 'half of an image', 'b.txt': DOG }, (client, folder) =>
      watching(client, folder, both, async ({ watcher, until, scanned }) => {
        assert.equal(watcher.result.failures.length, 1)
        await put(folder, { 'c.txt': LOOP })
        await until(() => watcher.result.texts.found === 2)
        assert.deepEqual(counts(watcher.result.images), { found: 1, failed: 1 })
        assert.equal(scanned.at(-1), watcher.result)
        await put(folder, { 'a.jpg': { photo: 'cat/original.jpg' } })
        await until(async () => watcher.result.images.failed === 0)
        assert.deepEqual(watcher.result.failures, [])
        assert.equal((await client.count('images')).count, 1)
      })
    ))

  it('makes up for what no event told of', () =>
    withFiles({ 'a.txt': DOG, 'b.txt': LOOP }, (client, folder) =>
      watching(client, folder, { ...textsOnly, rescanInterval: 50 }, async ({ until }) => {
        const [{ id }] = await pointsOf(client, 'texts')
        await client.delete('texts', { points: [id] })
        await until(async () => (await client.count('texts')).count === 2)
      })
    ))

  it('keeps what is stored while its folder is not there, and goes on when it is back', () =>
    withFiles({ 'notes/a.txt': DOG }, (client, parent) => {
      const folder = path.join(parent, 'notes')
      const options = { ...textsOnly, rescanInterval: 100 }
      return watching(client, folder, options, async ({ until, errors }) => {
        await rename(folder, path.join(parent, 'elsewhere'))
        await until(() => errors.length > 0)
        assert.match(errors[0].message, /^No such folder: /)
        assert.equal((await client.count('texts')).count, 1)
        await mkdir(folder)
        await put(folder, { 'b.txt': LOOP })
        await until(async () => Boolean((await indexed(client, folder))['b.txt']))
        assert.deepEqual(await indexed(client, folder), { 'b.txt': LOOP })
        await put(folder, { 'c.txt': BREAD })
        await until(async () => Boolean((await indexed(client, folder))['c.txt']))
      })
    }))

  it('ends when it is closed, when its signal aborts, and when its client is closed', () =>
    withFiles({ 'a.txt': DOG }, async (client, folder) => {
      const closed = await watchFolder(client, folder, { ...FAST, ...textsOnly })
      await closed.close()
      await closed.closed
      await closed.close()

      const stop = new AbortController()
      const aborted = await watchFolder(client, folder, { ...FAST, ...textsOnly, signal: stop.signal })
      stop.abort()
      await aborted.closed

      const reason = new Error('not at all')
      const options = { ...FAST, ...textsOnly, signal: AbortSignal.abort(reason) }
      await assert.rejects(watchFolder(client, folder, options), reason)
      await assert.rejects(watchFolder(client, path.join(folder, 'gone'), textsOnly), /No such folder/)
      for (const option of ['debounce', 'rescanInterval']) {
        await assert.rejects(
          watchFolder(client, folder, { [option]: -1 }),
          new RegExp(`\`${option}\` has to be`)
        )
      }

      const errors = []
      const other = await connect({ location: ':memory:' })
      const onScanError = (error) => errors.push(error)
      const left = await watchFolder(other, folder, {
        ...FAST,
        ...textsOnly,
        rescanInterval: 20,
        onScanError
      })
      await other.close()
      await left.closed
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['CLIENT_CLOSED']
      )
      await put(folder, { 'b.txt': LOOP })
      assert.equal((await client.count('texts')).count, 1)
    }))
})
