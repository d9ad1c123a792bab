import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { connect } from '../index.js'
import { randomNumbers, refusal, withClient, withFolder } from './helpers.mjs'

const SMALL = { vectors: { size: 4, distance: 'Cosine' } }

describe('collections', () => {
  it('are created, listed by name, told of and deleted', () =>
    withClient(async (client) => {
      assert.deepEqual(await client.getCollections(), { collections: [] })
      assert.equal(await client.createCollection('b', SMALL), true)
      assert.equal(await client.createCollection('a', SMALL), true)
      assert.deepEqual(await client.getCollections(), { collections: [{ name: 'a' }, { name: 'b' }] })
      assert.deepEqual(await client.collectionExists('a'), { exists: true })
      assert.equal(await client.deleteCollection('a'), true)
      assert.equal(await client.deleteCollection('a'), false)
      assert.deepEqual(await client.collectionExists('a'), { exists: false })
      await assert.rejects(
        client.getCollection('a'),
        refusal(404, "Not found: Collection `a` doesn't exist!")
      )
    }))

  it('echo their settings with the defaults of a server', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: {
          image: { size: 8, distance: 'Euclid' },
          text: { size: 4, distance: 'Cosine', on_disk: true }
        },
        sparse_vectors: { words: { modifier: 'idf' } },
        metadata: { model: 'clip' }
      })
      const info = await client.getCollection('c')
      assert.equal(info.status, 'green')
      assert.equal(info.optimizer_status, 'ok')
      assert.equal(info.points_count, 0)
      const { params, hnsw_config, optimizer_config, wal_config, metadata } = info.config
      assert.deepEqual(params.vectors.image, { size: 8, distance: 'Euclid' })
      assert.deepEqual(params.vectors.text, { size: 4, distance: 'Cosine', on_disk: true })
      assert.deepEqual(params.sparse_vectors.words, { modifier: 'idf' })
      assert.equal(params.shard_number, 1)
      assert.equal(params.on_disk_payload, true)
      assert.equal(hnsw_config.m, 16)
      assert.equal(hnsw_config.ef_construct, 100)
      assert.equal(optimizer_config.indexing_threshold, 10000)
      assert.equal(wal_config.wal_capacity_mb, 32)
      assert.deepEqual(metadata, { model: 'clip' })
    }))

  it('of a taken name are refused', () =>
    withClient(async (client) => {
      await client.createCollection('c', SMALL)
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'd' } }]
      })
      await assert.rejects(
        client.createCollection('c', SMALL),
        refusal(409, 'Collection `c` already exists!')
      )
      await assert.rejects(
        client.createCollection('d', SMALL),
        refusal(400, "Can't create collection with name d. Alias with the same name already exists")
      )
    }))

  it('of names that are no names are refused, and no name escapes the folder', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'store')
      const client = await connect({ path })
      for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', 'a:b', 'a*', 'a\u0000', 'x'.repeat(256)]) {
        await assert.rejects(
          client.createCollection(name, SMALL),
          (error) => error.status === 422,
          `name ${name}`
        )
      }
      for (const name of ['ä ö', 'with.dot', '日本', 'x'.repeat(200)]) {
        assert.equal(await client.createCollection(name, SMALL), true)
      }
      await client.close()
      assert.deepEqual(await readdir(folder), ['store'])
    }))

  it('with settings out of range are refused by the name of the field', () =>
    withClient(async (client) => {
      await assert.rejects(
        client.createCollection('c', { vectors: { size: 0, distance: 'Dot' } }),
        (error) => {
          assert.equal(error.status, 422)
          assert.match(error.message, /vectors\.size: value 0 invalid, must be from 1 to 65536/)
          return true
        }
      )
      await assert.rejects(
        client.createCollection('c', { vectors: { size: 4, distance: 'Near' } }),
        refusal(400, 'Format error in JSON body')
      )
      assert.deepEqual(await client.getCollections(), { collections: [] })
    }))

  it('are all there after reopening', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await first.createCollection('c', { ...SMALL, metadata: { a: 1 } })
      await first.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'now' } }]
      })
      const info = await first.getCollection('c')
      await first.close()

      const second = await connect({ path })
      assert.deepEqual(await second.getCollection('c'), info)
      assert.deepEqual(await second.getAliases(), { aliases: [{ alias_name: 'now', collection_name: 'c' }] })
      await second.close()
    }))

  it('are indexed in the background, and say so until it is done', () =>
    withFolder(async (path) => {
      const client = await connect({ path })
      const random = randomNumbers(5)
      await client.createCollection('c', {
        vectors: { size: 32, distance: 'Cosine' },
        optimizers_config: { indexing_threshold: 100 }
      })
      await client.createCollection('never', {
        vectors: { size: 32, distance: 'Cosine' },
        optimizers_config: { indexing_threshold: 100, max_optimization_threads: 0 }
      })
      const points = Array.from({ length: 5000 }, (_, id) => ({
        id,
        vector: Array.from({ length: 32 }, random)
      }))
      for (const name of ['c', 'never']) await client.upsert(name, { points })
      assert.equal((await client.getCollection('c')).status, 'yellow')
      while ((await client.getCollection('c')).status === 'yellow') await setTimeout(20)
      const info = await client.getCollection('c')
      assert.deepEqual([info.status, info.points_count, info.indexed_vectors_count], ['green', 5000, 5000])
      assert.equal((await client.query('c', { query: points[77].vector, limit: 1 })).points[0].id, 77)
      const never = await client.getCollection('never')
      // There is work, but the optimizer is off.
      assert.deepEqual([never.status, never.indexed_vectors_count], ['yellow', 0])
      await client.close()

      const again = await connect({ path })
      assert.equal((await again.getCollection('c')).indexed_vectors_count, 5000)
      assert.deepEqual(await again.count('c'), { count: 5000 })
      assert.equal((await again.getCollection('never')).status, 'grey')
      await again.close()
    }))

  it('that are damaged name the file, and leave the others alone', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await first.createCollection('good', SMALL)
      await first.createCollection('bad', SMALL)
      await first.createCollection('worse', SMALL)
      await first.close()
      await writeFile(join(path, 'collections/bad/config.json'), '{ "params": ')
      await rm(join(path, 'collections/worse/0/segments'), { recursive: true })
      await rm(join(path, 'collections/worse/0/edge_config.json'))
      await writeFile(join(path, 'collections/worse/0/segments'), 'no folder')

      const second = await connect({ path })
      assert.equal((await second.getCollections()).collections.length, 3)
      assert.equal((await second.getCollection('good')).points_count, 0)
      await assert.rejects(second.count('bad'), (error) => {
        assert.equal(error.status, 500)
        assert.equal(error.code, 'STORAGE_DAMAGED')
        assert.ok(error.message.includes(join('collections', 'bad', 'config.json')), error.message)
        return true
      })
      await assert.rejects(second.waitForIndexing('bad'), {
        message: /^Service internal error: storage error/
      })
      await assert.rejects(second.count('worse'), (error) =>
        error.message.includes(join('collections', 'worse'))
      )
      assert.equal(await second.deleteCollection('bad'), true)
      assert.equal(await second.createCollection('bad', SMALL), true)
      await second.close()
    }))
})

describe('aliases', () => {
  it('stand for their collection wherever a name is asked for', () =>
    withClient(async (client) => {
      await client.createCollection('c', SMALL)
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'a' } }]
      })
      await client.upsert('a', { points: [{ id: 1, vector: [1, 0, 0, 0] }] })
      assert.deepEqual(await client.count('a'), { count: 1 })
      assert.deepEqual(await client.collectionExists('a'), { exists: true })
      assert.equal((await client.query('a', { query: [1, 0, 0, 0] })).points[0].id, 1)
      assert.equal(await client.deleteCollection('a'), false)
      assert.deepEqual(await client.getCollectionAliases('c'), {
        aliases: [{ alias_name: 'a', collection_name: 'c' }]
      })
      for (const other of ['a', 'none']) {
        assert.deepEqual(await client.getCollectionAliases(other), { aliases: [] })
      }
    }))

  it('are changed by all actions of a list, or by none', () =>
    withClient(async (client) => {
      await client.createCollection('one', SMALL)
      await client.createCollection('two', SMALL)
      const create = (collection_name, alias_name) => ({ create_alias: { collection_name, alias_name } })
      await client.updateCollectionAliases({ actions: [create('one', 'live')] })
      await client.updateCollectionAliases({
        actions: [
          { delete_alias: { alias_name: 'live' } },
          create('two', 'live'),
          create('one', 'old'),
          { rename_alias: { old_alias_name: 'old', new_alias_name: 'older' } }
        ]
      })
      const expected = [
        { alias_name: 'live', collection_name: 'two' },
        { alias_name: 'older', collection_name: 'one' }
      ]
      assert.deepEqual((await client.getAliases()).aliases, expected)
      await assert.rejects(
        client.updateCollectionAliases({
          actions: [{ delete_alias: { alias_name: 'live' } }, create('none', 'x')]
        }),
        refusal(404, "Collection `none` doesn't exist!")
      )
      await assert.rejects(
        client.updateCollectionAliases({
          actions: [create('one', 'x'), { rename_alias: { old_alias_name: 'gone', new_alias_name: 'y' } }]
        }),
        refusal(404, 'Alias gone does not exists!')
      )
      await assert.rejects(
        client.updateCollectionAliases({ actions: [create('one', 'two')] }),
        refusal(409, 'Collection `two` already exists!')
      )
      assert.deepEqual((await client.getAliases()).aliases, expected)
    }))

  it('go with their collection', () =>
    withClient(async (client) => {
      await client.createCollection('c', SMALL)
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'a' } }]
      })
      await client.deleteCollection('c')
      assert.deepEqual(await client.getAliases(), { aliases: [] })
      assert.deepEqual(await client.collectionExists('a'), { exists: false })
    }))
})
