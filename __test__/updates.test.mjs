import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { connect } from '../index.js'
import { randomNumbers, refusal, withClient, withFolder, withPoints } from './helpers.mjs'

const THREE = [1, 2, 3].map((id) => ({ id, vector: [id, 0, 0, 0], payload: { n: id } }))
const payloads = async (client) => (await client.scroll('points', {})).points.map(({ payload }) => payload)

describe('updateVectors', () => {
  it('replaces vectors and keeps the payload', () =>
    withPoints(THREE, async (client) => {
      const vector = new Float32Array([4, 3, 2, 1])
      const { status } = await client.updateVectors('points', { points: [{ id: 2, vector }] })
      assert.equal(status, 'completed')
      const [point] = await client.retrieve('points', { ids: [2], with_vector: true })
      assert.deepEqual(point, { id: 2, payload: { n: 2 }, vector: [4, 3, 2, 1] })
    }))

  it('changes nothing when one of the points does not exist', () =>
    withPoints(THREE, async (client) => {
      const points = [1, 9].map((id) => ({ id, vector: [9, 9, 9, 9] }))
      await assert.rejects(
        client.updateVectors('points', { points }),
        refusal(404, 'No point with id 9 found')
      )
      const [point] = await client.retrieve('points', { ids: [1], with_vector: true })
      assert.deepEqual(point.vector, [1, 0, 0, 0])
    }))
})

describe('deleteVectors', () => {
  it('deletes vectors by their names', () =>
    withClient(async (client) => {
      const vectors = { a: { size: 2, distance: 'Dot' }, b: { size: 2, distance: 'Dot' } }
      await client.createCollection('points', { vectors })
      await client.upsert('points', { points: [{ id: 1, vector: { a: [1, 2], b: [3, 4] } }] })
      await client.deleteVectors('points', { points: [1], vector: ['a'] })
      const [point] = await client.retrieve('points', { ids: [1], with_vector: true })
      assert.deepEqual(point.vector, { b: [3, 4] })
    }))
})

describe('batchUpdate', () => {
  it('applies updates in order, with vectors and ids of every size', () =>
    withClient(async (client) => {
      await client.createCollection('points', { vectors: { size: 64, distance: 'Dot' } })
      const vector = Array.from({ length: 64 }, randomNumbers(7))
      const large = 2n ** 60n
      const results = await client.batchUpdate('points', {
        operations: [
          {
            upsert: {
              points: [
                { id: 1, vector },
                { id: large, vector: new Float32Array(vector) }
              ]
            }
          },
          { set_payload: { points: [large], payload: { vector: [1, 2, 3, 4, 5, 6, 7, 8.5], big: large } } },
          { update_vectors: { points: [{ id: 1, vector: vector.toReversed() }] } }
        ]
      })
      assert.deepEqual(
        results,
        [0, 1, 2].map((operation_id) => ({ operation_id, status: 'completed' }))
      )
      const [first, second] = await client.retrieve('points', { ids: [1, large], with_vector: true })
      assert.deepEqual(new Float32Array(first.vector), new Float32Array(vector.toReversed()))
      assert.deepEqual(new Float32Array(second.vector), new Float32Array(vector))
      assert.deepEqual(second.payload, { vector: [1, 2, 3, 4, 5, 6, 7, 8.5], big: large })
    }))

  it('writes nothing when one of its updates is refused', () =>
    withPoints(THREE, async (client) => {
      const operations = [{ delete: { points: [1] } }, { clear_payload: { points: [1] } }]
      await assert.rejects(
        client.batchUpdate('points', { operations }),
        refusal(404, 'No point with id 1 found')
      )
      assert.deepEqual(await payloads(client), [{ n: 1 }, { n: 2 }, { n: 3 }])
    }))
})

describe('the number of an update', () => {
  it('goes on growing when the folder is opened again', () =>
    withFolder(async (path) => {
      const numbers = []
      const write = async (client) => {
        const { operation_id } = await client.upsert('points', { points: THREE })
        const results = await client.batchUpdate('points', {
          operations: [{ clear_payload: { points: [1] } }, { delete: { points: [2] } }]
        })
        numbers.push(operation_id, ...results.map((result) => result.operation_id))
      }
      for (let round = 0; round < 3; round++) {
        const client = await connect({ path })
        if (round === 0) {
          await client.createCollection('points', { vectors: { size: 4, distance: 'Dot' } })
        }
        await write(client)
        await client.close()
      }
      assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8])
    }))
})
