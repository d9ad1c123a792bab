import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { connect } from 'qdrant-embedded'

import { withServer } from '../../__test__/drop-in/http.mjs'
import { randomNumbers, withFolder } from '../../__test__/helpers.mjs'

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url))
const POINTS = 300

/** Makes a folder with a collection of two kinds of vectors, an index and an alias; resolves to its points. */
async function fill(path) {
  const random = randomNumbers(11)
  const client = await connect({ path })
  await client.createCollection('notes', {
    vectors: { meaning: { size: 8, distance: 'Cosine' } },
    sparse_vectors: { words: { modifier: 'idf' } }
  })
  await client.createPayloadIndex('notes', { field_name: 'kind', field_schema: 'keyword' })
  await client.upsert('notes', {
    points: Array.from({ length: POINTS }, (_, id) => ({
      id,
      vector: { meaning: Array.from({ length: 8 }, random), words: { indices: [id], values: [1] } },
      payload: { kind: `kind ${id % 3}` }
    }))
  })
  await client.updateCollectionAliases({
    actions: [{ create_alias: { alias_name: 'current', collection_name: 'notes' } }]
  })
  const points = await everything(client)
  await client.close()
  return points
}

const everything = async (client) =>
  (await client.scroll('current', { limit: 2 * POINTS, with_vector: true })).points

/** Runs the example; `onOutput` hears of its output with the process. Resolves to how it ended. */
async function move(args, onOutput = () => {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.once('data', () => onOutput(child))
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close')
  ])
  return { code, stdout, stderr }
}

/** Calls `use` with a filled folder, its points, and the URL of an empty server. */
const withBoth = (use) =>
  withServer((url) => withFolder(async (path) => use({ path, url, points: await fill(path) })))

describe('moving to a server', () => {
  it('copies everything, exactly', () =>
    withBoth(async ({ path, url, points }) => {
      const { code, stdout, stderr } = await move([path, url])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.match(
        stdout,
        /^notes: 256 of 300\nnotes: 300 of 300\nnotes: 300 points, 300 copied now, 0 were there\n/
      )
      const server = await connect({ url })
      assert.deepEqual(await everything(server), points)
      const { payload_schema } = await server.getCollection('notes')
      assert.equal(payload_schema.kind.data_type, 'keyword')
    }))

  it('goes on where it was stopped', { skip: process.platform === 'win32' && 'Windows has no signals' }, () =>
    withBoth(async ({ path, url, points }) => {
      const stopped = await move([path, url, '--batch', '1'], (child) => child.kill('SIGINT'))
      assert.deepEqual([stopped.code, stopped.stderr], [130, 'Stopped. Run it again to go on.\n'])
      const rest = await move([path, url])
      const [, copied, skipped] = /(\d+) copied now, (\d+) were there/.exec(rest.stdout).map(Number)
      assert.ok(copied > 0 && skipped > 0)
      assert.equal(copied + skipped, POINTS)
      assert.deepEqual(await everything(await connect({ url })), points)
    })
  )

  it('says what is wrong, and leaves the folder as it was', () =>
    withFolder(async (path) => {
      const points = await fill(path)
      const { code, stderr } = await move([path, 'http://127.0.0.1:1'])
      assert.equal(code, 1)
      assert.match(stderr, /fetch failed|ECONNREFUSED/)
      const client = await connect({ path })
      assert.deepEqual(await everything(client), points)
      await client.close()
    }))
})
