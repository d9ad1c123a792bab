import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

import * as rest from '@qdrant/js-client-rest'
import { ApiError } from '@qdrant/openapi-typescript-fetch'
import * as embedded from 'qdrant-embedded'

import native from '../../lib/native.js'
import { withFolder } from '../helpers.mjs'

const require = createRequire(import.meta.url)

const FORMATS = {
  import: { rest, embedded, ApiError },
  require: {
    rest: require('@qdrant/js-client-rest'),
    embedded: require('qdrant-embedded'),
    ApiError: require('@qdrant/openapi-typescript-fetch').ApiError
  }
}

for (const [format, { rest, embedded, ApiError }] of Object.entries(FORMATS)) {
  describe(`by ${format}`, () => {
    it('a client is an instance of the class of the REST client', async () => {
      const location = ':memory:'
      for (const client of [await embedded.connect({ location }), new embedded.QdrantClient({ location })]) {
        assert.ok(client instanceof rest.QdrantClient)
        assert.ok(client instanceof embedded.QdrantClient)
        assert.equal(client.constructor.name, 'QdrantClient')
        await client.close()
      }
    })

    it('a client has every method of the REST client, and of the engine', () => {
      const classes = [rest.QdrantClient, native.QdrantClient]
      const names = classes.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
      assert.deepEqual(
        names.filter((name) => typeof embedded.QdrantClient.prototype[name] !== 'function'),
        []
      )
    })

    it('an error is an ApiError of the REST client', async (t) => {
      const client = await embedded.connect({ location: ':memory:' })
      t.after(() => client.close())
      await assert.rejects(client.getCollection('none'), (error) => {
        assert.ok(error instanceof embedded.QdrantError && error instanceof ApiError)
        assert.equal(error.status, 404)
        assert.equal(error.statusText, 'Not Found')
        assert.equal(error.data.status.error, error.message)
        assert.ok(error.data.time > 0)
        assert.ok(error.headers instanceof Headers)
        return true
      })
    })
  })
}

it('the clients of both formats share the engine of a folder', () =>
  withFolder(async (path) => {
    const clients = await Promise.all(
      Object.values(FORMATS).map(({ embedded }) => embedded.connect({ path }))
    )
    const [one, other] = clients
    await one.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
    assert.deepEqual(await other.collectionExists('c'), { exists: true })
    await Promise.all(clients.map((client) => client.close()))
  }))
