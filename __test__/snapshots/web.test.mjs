import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'

import { refusal, withClient } from '../helpers.mjs'
import { allPoints, createPoints, ids } from './helpers.mjs'

/** Calls `use` with the URL of a web server that answers with `answer`, and with the requests that it got. */
async function withServer(answer, use) {
  const requests = []
  const server = createServer((request, response) => {
    requests.push(request)
    return answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use(`http://127.0.0.1:${server.address().port}/a.snapshot`, requests)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Calls `use` with a client, the file of a snapshot of its collection `c`, and the checksum of that. */
function withSnapshot(use) {
  return withClient(async (client) => {
    await createPoints(client, 'c', 100)
    const { name, checksum } = await client.createSnapshot('c')
    return use(client, await client.snapshotPath('c', name), checksum)
  })
}

describe('a recovery over the web', () => {
  it('takes a snapshot of the right checksum, whatever its priority', () =>
    withSnapshot((client, file, checksum) =>
      withServer(
        (_request, response) => createReadStream(file).pipe(response),
        async (location, requests) => {
          const before = await allPoints(client, 'c')
          for (const priority of [undefined, null, 'no_sync', 'snapshot', 'replica']) {
            await client.delete('c', { wait: true, points: [1, 2, 3] })
            assert.equal(await client.recoverSnapshot('c', { location, checksum, priority }), true)
            assert.deepEqual(await allPoints(client, 'c'), before)
          }
          assert.equal(requests[0].headers['api-key'], undefined)
          assert.equal(await client.recoverSnapshot('new', { location, api_key: 'secret' }), true)
          assert.deepEqual(await allPoints(client, 'new'), before)
          assert.equal(requests.at(-1).headers['api-key'], 'secret')
        }
      )
    ))

  it('of a shard and of the whole store is the same', () =>
    withSnapshot(async (client) => {
      const shard = await client.createShardSnapshot('c', 0)
      const full = await client.createFullSnapshot()
      const files = {
        shard: await client.shardSnapshotPath('c', 0, shard.name),
        full: await client.fullSnapshotPath(full.name)
      }
      const answer = ({ url }, response) => createReadStream(files[url.slice(1)]).pipe(response)
      await withServer(answer, async (url) => {
        const at = (path) => new URL(path, url).href
        await client.delete('c', { wait: true, points: [1] })
        const fromShard = { location: at('shard'), checksum: shard.checksum }
        assert.equal(await client.recoverShardFromSnapshot('c', 0, fromShard), true)
        assert.equal((await client.count('c')).count, 100)
        await withClient(async (other) => {
          const fromStore = { location: at('full'), checksum: full.checksum }
          assert.equal(await other.recoverFullSnapshot(fromStore), true)
          assert.equal((await other.count('c')).count, 100)
        })
      })
    }))

  it('follows a redirect, but does not tell the key to where it leads', () =>
    withSnapshot((client, file) =>
      withServer(
        ({ url }, response) => {
          if (url === '/there') return createReadStream(file).pipe(response)
          return response.writeHead(302, { location: '/there' }).end()
        },
        async (location, requests) => {
          await assert.rejects(
            client.recoverSnapshot('new', { location, api_key: 'secret' }),
            refusal(400, `Wrong input: Failed to download tar from ${location}: status - 302 Found`)
          )
          assert.equal(requests.length, 1)
          assert.equal(await client.recoverSnapshot('new', { location }), true)
        }
      )
    ))

  it('that is refused changes nothing', () =>
    withSnapshot(async (client, file, checksum) => {
      const bytes = await readFile(file)
      const answers = [
        [(response) => response.writeHead(404).end(), {}, 400, 'status - 404 Not Found'],
        [(response) => response.writeHead(403).end(), {}, 400, 'status - 403 Forbidden'],
        [(response) => response.writeHead(500).end(), {}, 400, 'status - 500 Internal Server Error'],
        [(response) => response.end(bytes), { checksum: '0'.repeat(64) }, 400, `got ${checksum}`],
        [(response) => response.end('no archive'), {}, 400, 'Invalid snapshot'],
        [(response) => response.end(bytes.subarray(0, bytes.length / 2)), {}, 400, 'Invalid snapshot'],
        [(response) => response.end(bytes.subarray(1)), { checksum }, 400, 'Snapshot checksum mismatch'],
        [(response) => response.socket.destroy(), {}, 500, 'Http request error'],
        [
          (response) => {
            response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 10_000))
            setTimeout(() => response.socket.destroy(), 50)
          },
          {},
          500,
          'Http request error'
        ],
        [
          (response) => response.writeHead(200, { 'content-length': 2 ** 53 - 1 }).write('a'),
          {},
          500,
          'No space left on device'
        ]
      ]
      await client.delete('c', { wait: true, points: [5] })
      const before = await allPoints(client, 'c')
      for (const [answer, args, status, text] of answers) {
        const respond = (_request, response) => answer(response)
        await withServer(respond, async (location) => {
          for (const name of ['c', 'new']) {
            const call = client.recoverSnapshot(name, { location, ...args })
            await assert.rejects(call, refusal(status, text))
          }
        })
      }
      const closed = await withServer(
        () => {},
        (url) => url
      )
      const call = client.recoverSnapshot('c', { location: closed })
      await assert.rejects(call, refusal(500, 'Service internal error: Http request error'))
      assert.deepEqual(await allPoints(client, 'c'), before)
      assert.equal((await client.collectionExists('new')).exists, false)
    }))

  it('leaves the collection in use until all of it is there', () =>
    withSnapshot(async (client, file) => {
      const bytes = await readFile(file)
      let finish
      const isAsked = new Promise((resolve) => {
        finish = resolve
      })
      const answer = (_request, response) => {
        response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1000))
        finish(() => response.end(bytes.subarray(1000)))
      }
      await withServer(answer, async (location) => {
        const recovery = client.recoverSnapshot('c', { location })
        const end = await isAsked
        await client.delete('c', { wait: true, points: [5] })
        assert.ok(!(await ids(client, 'c')).includes(5))
        await createPoints(client, 'another', 3)
        await client.createSnapshot('another')
        end()
        assert.equal(await recovery, true)
        assert.ok((await ids(client, 'c')).includes(5))
      })
    }))
})
