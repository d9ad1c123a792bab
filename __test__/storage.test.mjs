import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { connect } from '../index.js'
import { refusal, runScript, withFolder } from './helpers.mjs'

const settings = { vectors: { size: 2, distance: 'Dot' } }
const point = (id) => ({ id, vector: [id, 1], payload: { id } })

describe('flush', () => {
  it('takes in what was called before, and leaves the client as it was', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      await client.createCollection('c', settings)
      const written = client.upsert('c', { points: [point(1), point(2)] })
      assert.equal(await client.flush(), undefined)
      await written
      await client.flush()
      assert.equal((await client.count('c')).count, 2)
      await client.close()
      await assert.rejects(client.flush(), { code: 'CLIENT_CLOSED' })
    }))

  it('is part of what close waits for', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      for (const name of ['a', 'b', 'c']) {
        await client.createCollection(name, settings)
        await client.upsert(name, { points: [point(1)] })
      }
      const flushed = client.flush()
      await client.close()
      await flushed
    }))
})

describe('durability', () => {
  it('may be that of the disk, for all writes at once', () =>
    withFolder(async (path) => {
      const client = await connect({ path, durability: 'sync' })
      await client.createCollection('c', settings)
      const ids = Array.from({ length: 200 }, (_, id) => id)
      await Promise.all(ids.map((id) => client.upsert('c', { points: [point(id)] })))
      await client.createPayloadIndex('c', { field_name: 'id', field_schema: 'integer' })
      await client.delete('c', { points: [0] })
      await assert.rejects(
        client.upsert('c', { points: [{ id: 1, vector: [1] }] }),
        refusal(400, 'dimension')
      )
      await client.deleteCollection('c')
      await client.createCollection('c', settings)
      await client.upsert('c', { points: [point(1)] })
      await client.close()
      const again = await connect({ path })
      assert.equal((await again.count('c')).count, 1)
      await again.close()
    }))

  it('is one of two', () =>
    withFolder(async (path) => {
      await assert.rejects(connect({ path, durability: 'none' }), /`durability` is 'process' or 'sync'/)
    }))
})

describe('the storage folder', () => {
  it('of a newer format is refused, and left alone', () =>
    withFolder(async (path) => {
      await (await connect({ path })).close()
      const file = join(path, 'format.json')
      const newer = JSON.stringify({ format: 2, written_by: '9.9.9' })
      await writeFile(file, newer)
      await assert.rejects(connect({ path }), (error) => {
        assert.ok(error.message.includes(file), error.message)
        assert.ok(error.message.includes('format 2'), error.message)
        assert.ok(error.message.includes('9.9.9'), error.message)
        return true
      })
      assert.equal(await readFile(file, 'utf8'), newer)
    }))

  it('with a collection that cannot be opened has the others', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      for (const name of ['good', 'bad']) {
        await client.createCollection(name, settings)
        await client.upsert(name, { points: [point(1)] })
      }
      await client.close()
      await writeFile(join(path, 'collections', 'bad', 'config.json'), '{')
      const again = await connect({ path })
      const { collections } = await again.getCollections()
      assert.deepEqual(collections.map(({ name }) => name).sort(), ['bad', 'good'])
      const { status, optimizer_status } = await again.getCollection('bad')
      assert.equal(status, 'red')
      assert.ok(optimizer_status.error.includes(join(path, 'collections', 'bad')), optimizer_status.error)
      await assert.rejects(again.count('bad'), refusal(500, 'config.json'))
      assert.equal((await again.count('good')).count, 1)
      assert.equal(await again.deleteCollection('bad'), true)
      await again.close()
    }))
})

describe('a file of vectors', { skip: process.platform !== 'linux' && 'Linux tells what is mapped' }, () => {
  const maps = async (path, preset, variable) => {
    const { QDRANT_NO_MULTI_MMAP: _, ...env } = process.env
    const options = { env: variable === undefined ? env : { ...env, QDRANT_NO_MULTI_MMAP: variable } }
    const { code, stdout, stderr } = await runScript('count-maps.mjs', [path, preset], options)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }

  it('is mapped once for an application, and twice for a server, or as the environment says', () =>
    withFolder(async (path) => {
      assert.equal(await maps(path, 'desktop'), 1)
      assert.equal(await maps(path, 'server'), 2)
      assert.equal(await maps(path, 'desktop', ''), 2)
      assert.equal(await maps(path, 'server', '1'), 1)
    }))
})
