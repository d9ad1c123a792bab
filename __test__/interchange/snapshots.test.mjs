// Snapshots go to Qdrant and come from it. A server is used where `QDRANT_URL` names one, which loses its collection
// `interchange`; Qdrant's own build of the engine where `QDRANT_EDGE_PYTHON` is a Python that has `qdrant-edge-py`.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { QdrantClient } from '@qdrant/js-client-rest'

import { connect } from '../../index.js'
import { withFolder } from '../helpers.mjs'
import { assertGoesOn, assertSame, contents, fill } from './collection.mjs'

const url = process.env.QDRANT_URL
const python = process.env.QDRANT_EDGE_PYTHON
const name = 'interchange'

/** Calls `use` with a client of a new folder, and the folder. */
function withStore(use) {
  return withFolder(async (folder) => {
    const client = await connect({ path: join(folder, 'store') })
    try {
      return await use(client, folder)
    } finally {
      await client.close()
    }
  })
}

const collectionFile = (folder, snapshot) => join(folder, 'store', 'snapshots', name, snapshot)
const shardFile = (folder, snapshot) => join(folder, 'store', 'snapshots', name, 'shards', '0', snapshot)

test('a snapshot and a shard snapshot become the same collection in another folder', async () => {
  await withStore(async (source, folder) => {
    await fill(source, name)
    const expected = await contents(source, name)
    const whole = await source.createSnapshot(name)
    const shard = await source.createShardSnapshot(name, 0)
    await withStore(async (target) => {
      await target.recoverSnapshot(name, { location: pathToFileURL(collectionFile(folder, whole.name)).href })
      assertSame(await contents(target, name), expected)
      await target.recoverShardFromSnapshot(name, 0, {
        location: pathToFileURL(shardFile(folder, shard.name)).href
      })
      assertSame(await contents(target, name), expected)
      await assertGoesOn(target, name)
    })
  })
})

test("Qdrant's own build of the engine opens a shard snapshot", { skip: !python }, async () => {
  await withStore(async (source, folder) => {
    await fill(source, name)
    const { schema } = await contents(source, name)
    const shard = await source.createShardSnapshot(name, 0)
    const query = Array.from({ length: 16 }, (_, i) => Math.cos(i))
    const { points } = await source.query(name, { query, using: 'a', limit: 20, params: { exact: true } })
    const script = fileURLToPath(new URL('engine.py', import.meta.url))
    const file = shardFile(folder, shard.name)
    const { stdout } = await promisify(execFile)(python, [script, file, JSON.stringify(query)])
    const found = JSON.parse(stdout)
    const { count } = await source.count(name, { exact: true })
    assert.equal(found.count, count)
    assert.equal(found.after_delete, count - 2)
    assert.deepEqual(
      found.nearest.map(([id]) => id),
      points.map(({ id }) => String(id))
    )
    assert.deepEqual(
      found.schema,
      Object.fromEntries(Object.entries(schema).map(([field, { points }]) => [field, points]))
    )
  })
})

describe('with a server', { skip: !url }, () => {
  const server = new QdrantClient({ url, checkCompatibility: false })

  async function upload(path, file) {
    const form = new FormData()
    form.set('snapshot', await openAsBlob(file), 'snapshot')
    const answer = await fetch(new URL(`${path}?priority=snapshot&wait=true`, url), {
      method: 'POST',
      body: form
    })
    assert.equal(answer.status, 200, await answer.text())
  }

  async function download(path, file) {
    const answer = await fetch(new URL(path, url))
    assert.equal(answer.status, 200)
    await writeFile(file, Buffer.from(await answer.arrayBuffer()))
    return pathToFileURL(file).href
  }

  test('it recovers a snapshot, answers the same, and takes further writes', async () => {
    await withStore(async (client, folder) => {
      await fill(client, name)
      const expected = await contents(client, name)
      const snapshot = await client.createSnapshot(name)
      await server.deleteCollection(name)
      await upload(`/collections/${name}/snapshots/upload`, collectionFile(folder, snapshot.name))
      assertSame(await contents(server, name), expected)
      await assertGoesOn(server, name)
    })
  })

  test('it recovers a shard snapshot', async () => {
    await withStore(async (client, folder) => {
      await fill(client, name)
      const expected = await contents(client, name)
      const snapshot = await client.createShardSnapshot(name, 0)
      await server.deleteCollection(name)
      await fill(server, name, { count: 10 })
      await upload(`/collections/${name}/shards/0/snapshots/upload`, shardFile(folder, snapshot.name))
      assertSame(await contents(server, name), expected)
      await assertGoesOn(server, name)
    })
  })

  for (const shard_number of [1, 2]) {
    test(`its snapshot of ${shard_number} shards is recovered`, async () => {
      await server.deleteCollection(name)
      await fill(server, name, { shard_number })
      const expected = await contents(server, name)
      const { name: snapshot } = await server.createSnapshot(name)
      await withStore(async (client, folder) => {
        const from = `/collections/${name}/snapshots/${snapshot}`
        await client.recoverSnapshot(name, { location: await download(from, join(folder, 'snapshot')) })
        assertSame(await contents(client, name), expected)
        await assertGoesOn(client, name)
      })
    })
  }

  test('its shard snapshot is recovered', async () => {
    await server.deleteCollection(name)
    await fill(server, name)
    const expected = await contents(server, name)
    const { name: snapshot } = await server.createShardSnapshot(name, 0, { wait: true })
    await withStore(async (client, folder) => {
      await fill(client, name, { count: 10 })
      const from = `/collections/${name}/shards/0/snapshots/${snapshot}`
      await client.recoverShardFromSnapshot(name, 0, {
        location: await download(from, join(folder, 'snapshot'))
      })
      assertSame(await contents(client, name), expected)
      await assertGoesOn(client, name)
    })
  })
})
