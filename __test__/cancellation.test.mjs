import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'

import { withClient, withPoints } from './helpers.mjs'

const POINTS = [
  { id: 1, vector: [1, 0, 0, 0], payload: { n: 1 } },
  { id: 2, vector: [0, 1, 0, 0], payload: { n: 2 } }
]

/** What is thrown is what the signal says, the very same. */
const is = (reason) => (error) => error === reason

describe('a signal', () => {
  it('that was given before keeps a call from being made', () =>
    withPoints(POINTS, async (client) => {
      const reason = new Error('no')
      const signal = AbortSignal.abort(reason)
      await assert.rejects(
        client.upsert('points', { points: [{ id: 3, vector: [0, 0, 1, 0] }], signal }),
        is(reason)
      )
      await assert.rejects(client.delete('points', { points: [1], signal }), is(reason))
      await assert.rejects(client.query('points', { query: [1, 0, 0, 0], signal }), is(reason))
      await assert.rejects(client.search('points', { vector: [1, 0, 0, 0], signal }), is(reason))
      await assert.rejects(client.deleteCollection('points', { signal }), is(reason))
      assert.equal((await client.count('points')).count, 2)
    }))

  it('that comes while a call is under way frees the caller at once', () =>
    withPoints(POINTS, async (client) => {
      const controller = new AbortController()
      const { signal } = controller
      const calls = [
        client.query('points', { query: [1, 0, 0, 0], signal }),
        client.scroll('points', { signal }),
        client.setPayload('points', { payload: { seen: true }, points: [1], signal }),
        client.queryBatch('points', { searches: [{ query: [1, 0, 0, 0] }], signal })
      ]
      const reason = new Error('enough')
      controller.abort(reason)
      for (const call of await Promise.allSettled(calls)) assert.equal(call.reason, reason)
      // The folder is as whole as ever.
      assert.equal((await client.retrieve('points', { ids: [1, 2] })).length, 2)
    }))

  it('keeps reads that have not begun from being made', () =>
    withClient(async (client) => {
      const limit = 200
      await client.createCollection('points', {
        vectors: { size: 128, distance: 'Dot' },
        strict_mode_config: { enabled: true, read_rate_limit: limit }
      })
      const vector = Float32Array.from({ length: 128 }, (_, i) => i)
      const points = Array.from({ length: 5000 }, (_, id) => ({ id, vector }))
      await client.upsert('points', { points })
      const controller = new AbortController()
      // Each takes a while, so that few of them can begin before the signal comes.
      const long = { query: vector, limit: 5000, with_vector: true, signal: controller.signal }
      const calls = Array.from({ length: limit }, () => client.query('points', long))
      controller.abort()
      for (const { status } of await Promise.allSettled(calls)) assert.equal(status, 'rejected')
      // If they had been made, they would have used up the limit.
      for (let call = 0; call < (limit * 3) / 4; call++) await client.count('points')
    }))

  it('may be given to any number of calls', () =>
    withPoints(POINTS, async (client) => {
      const warnings = []
      const onWarning = (warning) => warnings.push(warning)
      process.on('warning', onWarning)
      const { signal } = new AbortController()
      await Promise.all(Array.from({ length: 20 }, () => client.count('points', { signal })))
      await setImmediate()
      process.off('warning', onWarning)
      assert.deepEqual(warnings, [])
    }))

  it('that never comes changes nothing, and is let go of', () =>
    withPoints(POINTS, async (client) => {
      const { signal } = new AbortController()
      let listeners = 0
      const { addEventListener, removeEventListener } = signal
      signal.addEventListener = (...args) => {
        listeners++
        addEventListener.apply(signal, args)
      }
      signal.removeEventListener = (...args) => {
        listeners--
        removeEventListener.apply(signal, args)
      }
      const { points } = await client.query('points', { query: [1, 0, 0, 0], with_payload: true, signal })
      assert.deepEqual(points[0].payload, { n: 1 })
      assert.equal(listeners, 0)
    }))

  it('that is no signal is a field that nobody knows', () =>
    withPoints(POINTS, async (client) => {
      const { points } = await client.query('points', { query: [1, 0, 0, 0], signal: 'green' })
      assert.equal(points.length, 2)
    }))
})
