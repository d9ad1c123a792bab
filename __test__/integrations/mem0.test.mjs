import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Qdrant } from 'mem0ai/oss'

import { withClient } from '../helpers.mjs'
import { embed } from './words.mjs'

const IDS = [1, 2, 3].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`)

const MEMORIES = [
  { data: 'likes cats', user_id: 'ann', age: 1 },
  { data: 'likes boats', user_id: 'ann', age: 2 },
  { data: 'likes cats and dogs', user_id: 'bob', age: 3 }
]

function withStore(use) {
  return withClient(async (client) => {
    const store = new Qdrant({ client, collectionName: 'memories', dimension: 64 })
    await store.insert(
      MEMORIES.map(({ data }) => embed(data)),
      IDS,
      MEMORIES
    )
    return use(store, client)
  })
}

const ids = (results) => results.map(({ id }) => id)

describe('the Qdrant store of mem0', () => {
  it('makes its collections, with an index for each field that it filters by', () =>
    withStore(async (_store, client) => {
      const { payload_schema, points_count } = await client.getCollection('memories')
      assert.deepEqual(Object.keys(payload_schema).sort(), ['actor_id', 'agent_id', 'run_id', 'user_id'])
      assert.equal(points_count, 3)
    }))

  it('finds memories, and those of a user', () =>
    withStore(async (store) => {
      const [best] = await store.search(embed('likes cats'), 1)
      assert.deepEqual([best.id, best.payload], [IDS[0], MEMORIES[0]])
      assert.deepEqual(ids(await store.search(embed('cats'), 5, { user_id: 'bob' })), [IDS[2]])
      assert.equal((await store.search(embed('cats'), 5, {})).length, 3)
    }))

  it('finds memories by its operators', () =>
    withStore(async (store) => {
      const find = async (filters) => ids(await store.search(embed('likes'), 5, filters)).sort()
      assert.deepEqual(await find({ age: { gte: 2 } }), [IDS[1], IDS[2]])
      assert.deepEqual(await find({ user_id: { ne: 'bob' } }), [IDS[0], IDS[1]])
      assert.deepEqual(await find({ user_id: { in: ['bob', 'eve'] } }), [IDS[2]])
      assert.deepEqual(await find({ data: { contains: 'cats' } }), [IDS[0], IDS[2]])
      assert.deepEqual(await find({ OR: [{ age: 1 }, { user_id: 'bob' }] }), [IDS[0], IDS[2]])
      assert.deepEqual(await find({ NOT: [{ user_id: 'ann' }] }), [IDS[2]])
    }))

  it('finds memories by their words', () =>
    withStore(async (store) => {
      const find = async (...args) => ids(await store.keywordSearch(...args)).sort()
      assert.deepEqual(await find('a cat?'), [IDS[0], IDS[2]])
      assert.deepEqual(await find('a cat?', 5, { user_id: 'bob' }), [IDS[2]])
      assert.deepEqual(ids(await store.keywordSearch('boat cat dog', 1)), [IDS[2]])
      await store.update(IDS[1], embed('likes trains'), { data: 'likes trains', user_id: 'ann' })
      assert.deepEqual(await find('boats'), [])
      assert.deepEqual(await find('train'), [IDS[1]])
    }))

  it('lists, gets, updates and deletes memories', () =>
    withStore(async (store) => {
      const [listed, count] = await store.list({ user_id: 'ann' })
      assert.deepEqual([ids(listed), count], [[IDS[0], IDS[1]], 2])
      assert.deepEqual(await store.get(IDS[1]), { id: IDS[1], payload: MEMORIES[1] })
      await store.update(IDS[1], embed('likes trains'), { data: 'likes trains', user_id: 'ann' })
      assert.equal((await store.search(embed('trains'), 1))[0].payload.data, 'likes trains')
      await store.delete(IDS[0])
      assert.equal(await store.get(IDS[0]), null)
      await store.deleteCol()
    }))

  it('keeps the id of its user', () =>
    withStore(async (store) => {
      const user = await store.getUserId()
      assert.equal(await store.getUserId(), user)
      await store.setUserId('ann')
      assert.equal(await store.getUserId(), 'ann')
    }))
})
