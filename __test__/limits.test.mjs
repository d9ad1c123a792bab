import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

import { refusal, withClient, withPoints } from './helpers.mjs'

// The class that `index.js`, a module of CommonJS, has.
const { QdrantClientResourceExhaustedError } = createRequire(import.meta.url)('@qdrant/js-client-rest')

describe('timeout', () => {
  it('is a whole number of seconds, at least 1', () =>
    withPoints([{ id: 1, vector: [1, 0, 0, 0] }], async (client) => {
      const query = (timeout) => client.query('points', { query: [1, 0, 0, 0], timeout })
      assert.equal((await query(1)).points.length, 1)
      assert.equal((await query(undefined)).points.length, 1)
      await assert.rejects(
        query(0),
        refusal(400, 'timeout: invalid value: integer `0`, expected a nonzero u64')
      )
      await assert.rejects(query(1.5), refusal(400, 'timeout: invalid digit'))
      await assert.rejects(query(-1), refusal(400, 'timeout: invalid digit'))
    }))

  it('frees the caller of a read that takes longer', () =>
    withClient(async (client) => {
      await client.createCollection('c', { vectors: { size: 64, distance: 'Dot' } })
      const vectors = Array.from({ length: 2000 }, (_, i) => new Float32Array(64).fill(Math.sin(i)))
      await client.upsert('c', { batch: { ids: vectors.map((_, i) => i), vectors } })
      // Far more work than can be done in a second.
      const request = { sample: 2000, limit: 2000, timeout: 1 }
      const started = performance.now()
      await assert.rejects(client.searchMatrixPairs('c', request), refusal(408, 'timed out after 1s'))
      assert.ok(performance.now() - started < 60_000)
      assert.equal((await client.count('c')).count, 2000)
    }))
})

describe('what a server takes from the query of the URL', () => {
  it('is refused as it is there', () =>
    withPoints([{ id: 1, vector: [1, 0, 0, 0] }], async (client) => {
      const points = [{ id: 2, vector: [1, 0, 0, 0] }]
      const cases = [
        [
          client.upsert('points', { points, wait: 'x' }),
          400,
          'query parameters: wait: provided string was not'
        ],
        [
          client.upsert('points', { points, ordering: 'x' }),
          400,
          'query parameters: ordering: unknown variant `x`, expected one of `weak`, `medium`, `strong`'
        ],
        [
          client.scroll('points', { consistency: 0 }),
          400,
          "consistency: read consistency factor can't be zero"
        ],
        [client.scroll('points', { consistency: 'x' }), 400, 'untagged enum ReadConsistency'],
        ...[
          client.createCollection('c', { timeout: 0 }),
          client.updateCollection('points', { timeout: 0 }),
          client.deleteCollection('points', { timeout: 0 }),
          client.updateCollectionAliases({ actions: [], timeout: 0 })
        ].map((call) => [
          call,
          422,
          'Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]'
        ])
      ]
      // All are awaited at once: a refusal that nobody waits for yet would end the process.
      await Promise.all(cases.map(([call, status, text]) => assert.rejects(call, refusal(status, text))))
      assert.equal((await client.count('points')).count, 1)
      for (const consistency of ['majority', 'quorum', 'all', 1])
        await client.scroll('points', { consistency })
      for (const ordering of ['weak', 'medium', 'strong', null]) {
        await client.upsert('points', { points, ordering, wait: null })
      }
    }))

  it('or from its path: names of a length that no collection can have are refused', () =>
    withClient(async (client) => {
      const name = 'x'.repeat(256)
      const text = 'Validation error in path parameters'
      await assert.rejects(client.getCollection(name), refusal(422, text))
      await assert.rejects(client.count(name), refusal(422, text))
      await assert.rejects(client.deleteCollection(name), refusal(422, text))
    }))
})

describe('strict mode', () => {
  it('refuses what exceeds the limits of the collection', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: { size: 2, distance: 'Dot' },
        strict_mode_config: { enabled: true, max_query_limit: 5, max_timeout: 10, read_rate_limit: 2 }
      })
      await assert.rejects(
        client.query('c', { query: [1, 0], limit: 6 }),
        refusal(400, 'Limit exceeded 6 > 5 for "limit". Help: Reduce the "limit" parameter to or below 5.')
      )
      await assert.rejects(
        client.query('c', { query: [1, 0], limit: 1, timeout: 11 }),
        refusal(400, 'Limit exceeded 11 > 10 for "timeout"')
      )
      const read = () => client.query('c', { query: [1, 0], limit: 1 })
      await Promise.all([read(), read()])
      const error = await read().then(assert.fail, (error) => error)
      assert.ok(error instanceof QdrantClientResourceExhaustedError)
      assert.equal(error.retry_after, error.retryAfter)
      assert.match(error.message, /^Rate limiting exceeded: /)
      assert.equal(error.status, 429)
      assert.equal(error.statusText, 'Too Many Requests')
      assert.ok(error.retryAfter > 0 && error.retryAfter <= 30)
      assert.equal(error.headers.get('retry-after'), String(error.retryAfter))
    }))
})
