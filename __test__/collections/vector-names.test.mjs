import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { connect } from '../../index.js'
import { refusal, runScript, withClient, withFolder } from '../helpers.mjs'

describe('vector names', () => {
  it('are created and deleted', () =>
    withClient(async (client) => {
      await client.createCollection('c', { vectors: { size: 2, distance: 'Dot' } })
      await client.upsert('c', { points: [{ id: 1, vector: [1, 2] }] })
      assert.deepEqual(
        await client.createVectorName('c', 'title', { dense: { size: 3, distance: 'Cosine' } }),
        {
          operation_id: 1,
          status: 'completed'
        }
      )
      assert.deepEqual(await client.createVectorName('c', 'words', { sparse: {} }, { wait: false }), {
        operation_id: 2,
        status: 'acknowledged'
      })
      await client.upsert('c', {
        points: [
          { id: 2, vector: { '': [2, 1], title: [0, 1, 0], words: { indices: [4], values: [1] } } },
          { id: 3, vector: { title: [1, 0, 0] } }
        ]
      })
      const { params } = (await client.getCollection('c')).config
      assert.deepEqual(params.vectors, {
        '': { size: 2, distance: 'Dot' },
        title: { size: 3, distance: 'Cosine' }
      })
      assert.deepEqual(params.sparse_vectors, { words: {} })
      const { points } = await client.query('c', { query: [1, 0, 0], using: 'title' })
      assert.deepEqual(
        points.map(({ id }) => id),
        [3, 2]
      )
      assert.equal((await client.deleteVectorName('c', 'words')).status, 'completed')
      assert.equal((await client.deleteVectorName('c', 'words')).status, 'completed')
      assert.deepEqual((await client.retrieve('c', { ids: [2], with_vector: true }))[0].vector, {
        '': [2, 1],
        title: [0, 1, 0]
      })
    }))

  it('are refused in the words of a server', () =>
    withClient(async (client) => {
      await client.createCollection('c', {
        vectors: { a: { size: 2, distance: 'Dot' } },
        sparse_vectors: { s: {} }
      })
      const dense = (size) => ({ dense: { size, distance: 'Dot' } })
      const cases = [
        [client.createVectorName('none', 'b', dense(2)), 404, "Collection `none` doesn't exist!"],
        [
          client.createVectorName('c', 'a', dense(3)),
          400,
          'Vector `a` already exists with a different configuration'
        ],
        [client.createVectorName('c', 's', dense(2)), 400, 'Vector `s` already exists as a sparse vector'],
        [
          client.createVectorName('c', 'a', { sparse: {} }),
          400,
          'Vector `a` already exists as a dense vector'
        ],
        [
          client.createVectorName('c', 'b', dense(0)),
          422,
          'dense.size: value 0 invalid, must be from 1 to 65536'
        ],
        [
          client.createVectorName('c', 'b', {}),
          400,
          'did not match any variant of untagged enum VectorNameConfig'
        ],
        [client.deleteVectorName('c', 'a/b'), 422, 'vector_name: vector name cannot contain "/" char']
      ]
      for (const [call, status, text] of cases) await assert.rejects(call, refusal(status, text))
    }))

  for (const remove of [false, true]) {
    it(`are ${remove ? 'deleted' : 'created'} for good when the process dies while the optimizer is at work`, () =>
      withFolder(async (path) => {
        const { signal, stderr } = await runScript(
          'change-vectors-and-die.mjs',
          remove ? [path, 'remove'] : [path]
        )
        assert.equal(signal, 'SIGKILL', stderr)
        for (let opening = 0; opening < 2; opening++) {
          const client = await connect({ path })
          assert.deepEqual(await client.count('c'), { count: 20_000 })
          const { vectors } = (await client.getCollection('c')).config.params
          assert.deepEqual(Object.keys(vectors), remove ? ['a'] : ['a', 'd'])
          const [point] = await client.retrieve('c', { ids: [5], with_vector: true })
          assert.deepEqual(Object.keys(point.vector).sort(), remove ? ['a'] : ['a', 'd'])
          await client.close()
        }
      }))
  }
})
