import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'

import { connect, embedImages } from '../../index.js'
import { cosine } from '../embedding/helpers.mjs'
import { refusal } from '../helpers.mjs'
import { data, imageModel, photo, withModels } from './helpers.mjs'

const CAT = photo('cat/original.jpg')

// As in examples/image-search: what this model reaches with another decoder and another scaling filter.
const RECORDED = { firstIsRight: 0.994, foundInFive: 0.978 }
const SLACK = 0.01

const picture = (image) => ({ image, model: 'photos' })

/** Calls `use` with a client and an empty collection for the image model. */
function withCollection(use, options) {
  return withModels(async (client) => {
    await client.createCollection('c', { vectors: { size: 1280, distance: 'Cosine' } })
    return use(client)
  }, options)
}

/** Calls `use` with the URL of a server that answers as `answer` does. */
async function withServer(answer, use) {
  const server = createServer(answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${server.address().port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('images in requests', () => {
  it('get the same vector in every form', () =>
    withCollection(async (client) => {
      const bytes = await readFile(CAT)
      const base64 = bytes.toString('base64')
      const padded = new Uint8Array(bytes.length + 20)
      padded.set(bytes, 10)
      const forms = [
        CAT,
        pathToFileURL(CAT).href,
        base64,
        base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
        `data:image/jpeg;base64,${base64}`,
        bytes,
        padded.subarray(10, 10 + bytes.length)
      ]
      await client.upsert('c', { points: forms.map((image, id) => ({ id, vector: picture(image) })) })
      const [expected] = await embedImages([CAT], { model: imageModel })
      const records = await client.retrieve('c', { ids: [...forms.keys()], with_vector: true })
      assert.equal(records.length, forms.length)
      for (const { id, vector } of records) assert.ok(cosine(vector, expected) > 0.99999, `form ${id}`)
      for (const image of forms) {
        const { points } = await client.query('c', { query: picture(image), limit: 1 })
        assert.ok(points[0].score > 0.99999)
      }
    }))

  it('find the photographs that embedImages finds, with the same scores and the recorded recall', () =>
    withCollection(async (client) => {
      const manifest = JSON.parse(await readFile(join(data, 'manifest.json'), 'utf8'))
      const points = manifest.map(({ file, group }, id) => ({
        id,
        vector: picture(photo(file)),
        payload: { group }
      }))
      await client.upsert('c', { points })
      const vectors = await embedImages(
        manifest.map(({ file }) => photo(file)),
        { model: imageModel }
      )
      const others = (id) => ({ must_not: [{ has_id: [id] }] })
      const request = (query, id) => ({ query, filter: others(id), limit: 5, with_payload: true })
      const byVector = await client.queryBatch('c', {
        searches: vectors.map((vector, id) => request(vector, id))
      })
      const byObject = await client.queryBatch('c', {
        searches: manifest.map(({ file }, id) => request(picture(photo(file)), id))
      })
      const reached = { firstIsRight: 0, foundInFive: 0 }
      for (const [id, { group }] of manifest.entries()) {
        const found = byObject[id].points
        assert.deepEqual(
          found.map(({ id }) => id),
          byVector[id].points.map(({ id }) => id)
        )
        for (const [i, { score }] of found.entries()) {
          assert.ok(Math.abs(score - byVector[id].points[i].score) < 1e-4)
        }
        const right = found.map(({ payload }) => payload.group === group)
        reached.firstIsRight += (right[0] ? 1 : 0) / manifest.length
        reached.foundInFive += right.filter(Boolean).length / 5 / manifest.length
      }
      for (const [measure, recorded] of Object.entries(RECORDED)) {
        assert.ok(reached[measure] >= recorded - SLACK, `${measure}: ${reached[measure]}`)
      }
    }))

  it('are refused with their path, and the whole request with them', () =>
    withCollection(async (client) => {
      const cases = [
        ['no/such/cat.jpg', 'no/such/cat.jpg): no such file'],
        [pathToFileURL(join(data, 'manifest.json')).href, 'is not a JPEG, PNG, WebP, GIF or BMP image'],
        ['data:image/png,abc', 'an image is a data: URL that is not in base64'],
        [`data:image/png;base64,${'?'.repeat(20)}`, 'is no base64'],
        [
          `data:image/jpeg;base64,${(await readFile(CAT)).subarray(0, 3000).toString('base64')}`,
          'is cut short'
        ],
        ['file://elsewhere.example.org/cat.jpg', 'a file:// URL needs an absolute path on this machine'],
        [{ bytes: [1] }, 'an image must be a string'],
        ['https://images.example.org/cat.jpg', 'unless the option `inference.allowHttpImages` allows it']
      ]
      for (const [image, reason] of cases) {
        const points = [
          { id: 1, vector: picture(CAT) },
          { id: 2, vector: picture(image) }
        ]
        await assert.rejects(client.upsert('c', { points }), refusal(400, reason))
        await assert.rejects(client.query('c', { query: picture(image) }), refusal(400, reason))
      }
      assert.equal((await client.count('c')).count, 0)
    }))

  it('come from the web if that is allowed', async () => {
    const bytes = await readFile(CAT)
    const asked = []
    const answer = ({ url }, response) => {
      asked.push(url)
      if (url === '/moved.jpg') response.writeHead(302, { location: '/cat.jpg' }).end()
      else if (url === '/cat.jpg') response.end(bytes)
      else if (url === '/page') response.end('<html>')
      else if (url === '/huge') response.end(Buffer.alloc(33 * 1024 * 1024))
      else response.writeHead(404).end()
    }
    await withServer(answer, (host) =>
      withCollection(
        async (client) => {
          const points = ['/cat.jpg', '/moved.jpg', '/cat.jpg'].map((path, id) => ({
            id,
            vector: picture(host + path)
          }))
          await client.upsert('c', { points: [...points, { id: 9, vector: picture(CAT) }] })
          assert.deepEqual(asked.sort(), ['/cat.jpg', '/cat.jpg', '/moved.jpg'], 'each is loaded once')
          const { points: found } = await client.query('c', { query: picture(CAT) })
          assert.equal(found.length, 4)
          assert.ok(found.every(({ score }) => score > 0.99999))
          for (const [path, reason] of [
            ['/none.jpg', '404'],
            ['/page', 'is not a JPEG'],
            ['/huge', 'has more than 33554432 bytes']
          ]) {
            await assert.rejects(client.query('c', { query: picture(host + path) }), refusal(400, reason))
          }
        },
        { allowHttpImages: true }
      )
    )
  })

  it('reach a server in a form that JSON has', async () => {
    const bytes = await readFile(CAT)
    let asked
    const answer = async (request, response) => {
      asked = await json(request)
      const result = { status: 'completed', operation_id: 1 }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result, status: 'ok', time: 0 }))
    }
    await withServer(answer, async (url) => {
      const client = await connect({ url, checkCompatibility: false })
      await client.upsert('c', { points: [{ id: 1, vector: picture(bytes), payload: picture('cat.jpg') }] })
    })
    const vector = picture(bytes.toString('base64'))
    assert.deepEqual(asked, { points: [{ id: 1, vector, payload: picture('cat.jpg') }] })
  })

  it('are never asked for elsewhere unless that is allowed', () =>
    withServer(
      () => assert.fail('was asked'),
      (host) =>
        withCollection(async (client) => {
          const query = client.query('c', { query: picture(`${host}/cat.jpg`) })
          await assert.rejects(
            query,
            refusal(400, `image ${host}/cat.jpg: images from the web are not loaded`)
          )
        })
    ))
})
