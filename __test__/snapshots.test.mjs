import assert from 'node:assert/strict'
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'

import { connect } from '../index.js'
import { refusal, withClient, withFolder } from './helpers.mjs'
import { allPoints, createPoints, ids, sha256 } from './snapshots/helpers.mjs'

/** Calls `use` with a client of a folder that has the collection `c` of 10 points. */
function withPoints(use) {
  return withFolder(async (path) => {
    const client = await connect({ path })
    await createPoints(client, 'c', 10)
    return use(client, path).finally(() => client.close())
  })
}

describe('a snapshot', () => {
  it('of a collection is made, listed, recovered from and deleted', () =>
    withPoints(async (client) => {
      assert.deepEqual(await client.listSnapshots('c'), [])
      const before = await allPoints(client, 'c')
      const snapshot = await client.createSnapshot('c', { wait: true })
      assert.deepEqual(Object.keys(snapshot), ['name', 'creation_time', 'size', 'checksum'])
      assert.match(snapshot.name, /^c-\d+-20\d\d-\d\d-\d\d-\d\d-\d\d-\d\d\.snapshot$/)
      assert.match(snapshot.creation_time, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      assert.deepEqual(await client.listSnapshots('c'), [snapshot])

      await client.delete('c', { wait: true, points: [1, 2] })
      await client.setPayload('c', { payload: { n: -1 }, points: [3] })
      assert.equal(await client.recoverSnapshot('c', { location: snapshot.name }), true)
      assert.deepEqual(await allPoints(client, 'c'), before)
      await client.delete('c', { wait: true, points: [1] })
      assert.equal((await client.count('c')).count, 9)

      assert.equal(await client.deleteSnapshot('c', snapshot.name), true)
      assert.deepEqual(await client.listSnapshots('c'), [])
      await assert.rejects(
        client.deleteSnapshot('c', snapshot.name, { wait: true }),
        refusal(404, `Not found: Snapshot ${snapshot.name} not found`)
      )
    }))

  it('of a shard is made, listed, recovered from and deleted', () =>
    withPoints(async (client) => {
      const snapshot = await client.createShardSnapshot('c', 0)
      assert.match(snapshot.name, /^c-shard-0-20[\d-]+\.snapshot$/)
      assert.deepEqual(await client.listShardSnapshots('c', 0), [snapshot])
      assert.deepEqual(await client.listSnapshots('c'), [])
      await client.delete('c', { wait: true, points: [1, 2] })
      const location = await client.shardSnapshotPath('c', 0, snapshot.name)
      assert.equal(await client.recoverShardFromSnapshot('c', 0, { location }), true)
      assert.deepEqual(await ids(client, 'c'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      assert.equal(await client.deleteShardSnapshot('c', 0, snapshot.name), true)
      assert.deepEqual(await client.listShardSnapshots('c', 0), [])
      for (const shard of [1, 'x']) {
        await assert.rejects(client.listShardSnapshots('c', shard), refusal(404, `shard ${shard} not found`))
      }
    }))

  it('of the whole store is made, listed, recovered from and deleted', () =>
    withPoints(async (client) => {
      await createPoints(client, 'd', 5)
      const actions = [{ create_alias: { alias_name: 'a', collection_name: 'd' } }]
      await client.updateCollectionAliases({ actions })
      const snapshot = await client.createFullSnapshot()
      assert.match(snapshot.name, /^full-snapshot-20[\d-]+\.snapshot$/)
      assert.deepEqual(await client.listFullSnapshots(), [snapshot])

      const location = await client.fullSnapshotPath(snapshot.name)
      await withClient(async (other) => {
        await createPoints(other, 'e', 1)
        assert.equal(await other.recoverFullSnapshot({ location, checksum: snapshot.checksum }), true)
        const { collections } = await other.getCollections()
        assert.deepEqual(
          collections.map(({ name }) => name),
          ['c', 'd', 'e']
        )
        assert.deepEqual(await allPoints(other, 'a'), await allPoints(client, 'd'))
        assert.deepEqual(await allPoints(other, 'c'), await allPoints(client, 'c'))
      })

      await client.delete('c', { wait: true, points: [1] })
      await assert.rejects(
        client.recoverFullSnapshot({ location: snapshot.name }),
        refusal(409, 'Collection `c` already exists!')
      )
      assert.equal((await client.count('c')).count, 9)
      assert.equal(await client.recoverFullSnapshot({ location: snapshot.name, force: true }), true)
      assert.equal((await client.count('c')).count, 10)

      assert.equal(await client.deleteFullSnapshot(snapshot.name), true)
      assert.deepEqual(await client.listFullSnapshots(), [])
    }))

  it('is a file that can be taken elsewhere', () =>
    withPoints(async (client) => {
      const { name, size, checksum } = await client.createSnapshot('c')
      const file = await client.snapshotPath('c', name)
      assert.ok(isAbsolute(file))
      assert.ok(file.endsWith(join('snapshots', 'c', name)))
      assert.equal((await stat(file)).size, size)
      assert.equal(sha256(await readFile(file)), checksum)
      assert.equal(await readFile(`${file}.checksum`, 'utf8'), checksum)
      await assert.rejects(client.snapshotPath('c', '../c'), refusal(404, 'Snapshot ../c not found'))
      await assert.rejects(client.fullSnapshotPath(name), refusal(404, 'not found'))
      await assert.rejects(
        client.snapshotPath('none', name),
        refusal(404, "Collection `none` doesn't exist!")
      )

      await withFolder(async (folder) => {
        const elsewhere = join(folder, 'of a friend.snapshot')
        await copyFile(file, elsewhere)
        await withClient(async (other) => {
          for (const location of [elsewhere, pathToFileURL(elsewhere).href]) {
            assert.equal(await other.recoverSnapshot('copy', { location, checksum }), true)
            assert.deepEqual(await allPoints(other, 'copy'), await allPoints(client, 'c'))
            const { config } = await other.getCollection('copy')
            assert.deepEqual(config, (await client.getCollection('c')).config)
            await other.deleteCollection('copy')
          }
        })
      })
    }))

  it('is there after the store is opened again, and after its collection is deleted and created', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await createPoints(first, 'c', 10)
      const snapshot = await first.createSnapshot('c')
      await first.deleteCollection('c')
      await first.close()
      const second = await connect({ path })
      await createPoints(second, 'c', 3)
      assert.deepEqual(await second.listSnapshots('c'), [snapshot])
      assert.equal(await second.recoverSnapshot('c', { location: snapshot.name }), true)
      assert.equal((await second.count('c')).count, 10)
      await second.close()
    }))

  it('is answered by api() with its envelope', () =>
    withPoints(async (client) => {
      const api = client.api()
      const result = async (operation, args) => {
        const { data } = await api[operation]({ collection_name: 'c', ...args })
        assert.equal(data.status, 'ok')
        return data.result
      }
      const made = await result('createSnapshot', {})
      assert.deepEqual(await result('listSnapshots', {}), [made])
      const { name: snapshot_name } = made
      const recovery = { location: snapshot_name, priority: 'snapshot' }
      assert.equal(await result('recoverFromSnapshot', recovery), true)
      const location = await result('snapshotPath', { snapshot_name })
      assert.equal(await result('recoverFromSnapshot', { location, wait: true }), true)
      assert.equal(await result('deleteSnapshot', { snapshot_name }), true)

      const shard = { shard_id: 0 }
      const ofShard = await result('createShardSnapshot', shard)
      assert.deepEqual(await result('listShardSnapshots', shard), [ofShard])
      const fromShard = { ...shard, location: ofShard.name }
      assert.equal(await result('recoverShardFromSnapshot', fromShard), true)
      assert.equal(await result('deleteShardSnapshot', { ...shard, snapshot_name: ofShard.name }), true)

      const full = await result('createFullSnapshot', {})
      assert.deepEqual(await result('listFullSnapshots', {}), [full])
      assert.equal(await result('recoverFullSnapshot', { location: full.name, force: true }), true)
      assert.equal(await result('deleteFullSnapshot', { snapshot_name: full.name }), true)
      assert.equal((await client.count('c')).count, 10)
    }))

  it('of a server is not a file of this process', async () => {
    const client = await connect({ url: 'http://127.0.0.1:9', checkCompatibility: false })
    const calls = {
      snapshotPath: ['c', 'a'],
      shardSnapshotPath: ['c', 0, 'a'],
      fullSnapshotPath: ['a'],
      recoverFullSnapshot: [{ location: 'a' }]
    }
    for (const [name, args] of Object.entries(calls)) {
      await assert.rejects(client[name](...args), refusal(501, `${name} is for clients of a folder`))
    }
  })
})

describe('a recovery that is refused', () => {
  it('says why, and changes nothing', () =>
    withPoints(async (client, path) => {
      const { name, checksum } = await client.createSnapshot('c')
      const whole = await client.snapshotPath('c', name)
      const part = join(path, 'snapshots', 'part')
      const bytes = await readFile(whole)
      await writeFile(part, bytes.subarray(0, bytes.length / 2))
      await client.delete('c', { wait: true, points: [0] })
      await client.createCollection('other', { vectors: { size: 3, distance: 'Dot' } })
      const state = async () => [
        await client.getCollections(),
        await client.getCollection('c'),
        await allPoints(client, 'c'),
        await readdir(join(path, 'collections')),
        await readdir(join(path, '.work')),
        await readdir(join(path, '.staged'))
      ]
      const before = await state()
      const wrong = '0'.repeat(64)
      const mismatch = `Wrong input: Snapshot checksum mismatch: expected ${wrong}, got ${checksum}`
      const cases = [
        ['c', {}, 400, 'Format error in JSON body: missing field `location`'],
        ['c', { location: '' }, 400, 'Format error in JSON body'],
        ['c', { location: name, priority: 'mine' }, 400, 'unknown variant `mine`'],
        ['c', { location: name, checksum: 'abc' }, 422, 'checksum: invalid length 3, expected 64'],
        ['c', { location: name, checksum: wrong }, 400, mismatch],
        ['c', { location: 'none.snapshot' }, 404, 'Snapshot none.snapshot not found'],
        ['c', { location: '/none/a' }, 400, 'Bad request: Snapshot file "/none/a" does not exist'],
        ['c', { location: 'file://host/a' }, 400, 'file path must be absolute or on localhost'],
        ['c', { location: 's3://host/a' }, 400, 'URL s3://host/a with scheme s3 is not supported'],
        ['c', { location: part }, 400, 'Bad request: Invalid snapshot'],
        ['new', { location: part }, 400, 'Bad request: Invalid snapshot'],
        ['new', { location: whole, checksum: wrong }, 400, mismatch],
        ['a/b', { location: whole }, 422, 'collection name cannot contain'],
        [
          'other',
          { location: whole },
          400,
          'Wrong input: Snapshot is not compatible with existing collection'
        ]
      ]
      for (const [collection, args, status, text] of cases) {
        await assert.rejects(client.recoverSnapshot(collection, args), refusal(status, text))
      }
      assert.deepEqual(await state(), before)
    }))
})
