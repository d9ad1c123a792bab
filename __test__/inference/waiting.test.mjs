import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { connect } from '../../index.js'
import { withFolder } from '../helpers.mjs'
import { models, photo, withModels } from './helpers.mjs'

/** Calls `use` with the URL of an image that comes when `send` is called, and with a promise of its being asked for. */
async function withSlowImage(use) {
  const bytes = await readFile(photo('cat/original.jpg'))
  const { promise: asked, resolve: ask } = deferred()
  let respond
  const server = createServer((_request, response) => {
    respond = () => response.end(bytes)
    ask()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${server.address().port}/cat.jpg`
    return await use({ url, asked, send: () => respond() })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function deferred() {
  let resolve
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const script = fileURLToPath(new URL('../fixtures/exit-while-embedding.mjs', import.meta.url))

const OPTIONS = { searchThreads: 1, updateThreads: 1 }
const settings = {
  vectors: { photo: { size: 1280, distance: 'Cosine' }, text: { size: 32, distance: 'Cosine' } }
}

describe('while a model works for a request', () => {
  it('searches and the writes of other collections go on, and later writes keep their order', () =>
    withSlowImage(async ({ url, asked, send }) => {
      const inference = { models, localFilesOnly: true, allowHttpImages: true }
      const client = await connect({ location: ':memory:', ...OPTIONS, inference })
      await client.createCollection('c', settings)
      await client.createCollection('other', settings)
      const point = (id, text) => ({ id, vector: { text: { text, model: 'words' } } })
      await client.upsert('c', { points: [point(1, 'sea'), point(2, 'dog')] })

      const order = []
      const note = (name, call) => call.then(() => order.push(name))
      const image = { image: url, model: 'photos' }
      const waiting = [note('photo', client.upsert('c', { points: [{ id: 3, vector: { photo: image } }] }))]
      await asked
      waiting.push(note('payload', client.setPayload('c', { payload: { seen: true }, points: [3] })))
      waiting.push(note('delete', client.delete('c', { points: [1], wait: true })))
      for (let round = 0; round < 50; round++) {
        const query = { text: 'ocean', model: 'words' }
        const { points } = await client.query('c', { query, using: 'text' })
        assert.deepEqual(
          points.map(({ id }) => id),
          [1, 2]
        )
        await client.upsert('other', { points: [point(round, 'bread')] })
        assert.equal((await client.count('other')).count, round + 1)
      }
      assert.deepEqual(order, [])
      send()
      await Promise.all(waiting)
      assert.deepEqual(order, ['photo', 'payload', 'delete'])
      const { points } = await client.scroll('c', { with_payload: true })
      assert.deepEqual(
        points.map(({ id, payload }) => [id, payload]),
        [
          [2, {}],
          [3, { seen: true }]
        ]
      )
      await client.close()
    }))

  it('a close waits for the request', () =>
    withFolder((path) =>
      withSlowImage(async ({ url, asked, send }) => {
        const inference = { models, localFilesOnly: true, allowHttpImages: true }
        const client = await connect({ path, inference })
        await client.createCollection('c', settings)
        const vector = { photo: { image: url, model: 'photos' } }
        const upsert = client.upsert('c', { points: [{ id: 1, vector }] })
        await asked
        const closed = client.close()
        send()
        assert.equal((await upsert).status, 'completed')
        await closed
        const again = await connect({ path })
        assert.equal((await again.count('c')).count, 1)
        await again.close()
      })
    ))

  it('a process ends all the same, and keeps what was acknowledged', () =>
    withFolder((path) =>
      withSlowImage(async ({ url, asked }) => {
        // Less than an image may take: who waited for that would be killed.
        const child = spawn(process.execPath, [script, path, url], {
          stdio: ['pipe', 'inherit', 'inherit'],
          timeout: 25_000,
          killSignal: 'SIGKILL'
        })
        const ended = new Promise((resolve) => child.once('close', resolve))
        await Promise.race([asked, ended])
        child.stdin.end('now')
        assert.equal(await ended, 5)
        const client = await connect({ path })
        const points = await client.retrieve('c', { ids: [1, 2] })
        assert.deepEqual(
          points.map(({ id }) => id),
          [1]
        )
        await client.close()
      })
    ))

  it('a query can be given up', () =>
    withSlowImage(({ url, asked }) =>
      withModels(
        async (client) => {
          await client.createCollection('c', settings)
          const controller = new AbortController()
          const query = { image: url, model: 'photos' }
          const call = client.query('c', { query, using: 'photo', signal: controller.signal })
          await asked
          controller.abort()
          await assert.rejects(call, { name: 'AbortError' })
        },
        { allowHttpImages: true }
      )
    ))
})
