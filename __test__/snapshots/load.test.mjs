import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { withClient } from '../helpers.mjs'

const DIMENSIONS = 512
const COUNT = 40_000

/** A collection of 80 MB of vectors. */
async function createLarge(client) {
  await client.createCollection('c', {
    vectors: { size: DIMENSIONS, distance: 'Dot' },
    optimizers_config: { indexing_threshold: 0 }
  })
  for (let start = 0; start < COUNT; start += 2000) {
    const ids = Array.from({ length: 2000 }, (_, i) => start + i)
    const vectors = ids.map((id) => new Float32Array(DIMENSIONS).fill(id))
    await client.upsert('c', { batch: { ids, vectors } })
  }
}

/** Memory of this process that no file stands behind, in bytes. */
function anonymousMemory() {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
}

/** How much more memory there was at some time during `work`, and how often a timer had its turn meanwhile. */
async function observe(work) {
  const before = anonymousMemory()
  let most = before
  let turns = 0
  const timer = setInterval(() => {
    most = Math.max(most, anonymousMemory())
    turns++
  }, 10)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return { memory: most - before, turns }
}

describe('snapshots of a large collection', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  it('are made and recovered with little memory, beside reads, writes and the event loop', () =>
    withClient(async (client) => {
      await createLarge(client)
      let location
      let written = COUNT
      let done = false
      const use = async () => {
        while (!done) {
          const point = { id: written, vector: new Float32Array(DIMENSIONS).fill(1) }
          await client.upsert('c', { points: [point] })
          written++
          assert.equal((await client.retrieve('c', { ids: [written - 1, 0] })).length, 2)
        }
      }
      const creation = await observe(async () => {
        const users = use()
        const { name, size } = await client.createSnapshot('c')
        done = true
        await users
        assert.ok(size > COUNT * DIMENSIONS * 4, `${size} bytes`)
        location = await client.snapshotPath('c', name)
      })
      const recovery = await observe(() => client.recoverSnapshot('copy', { location }))
      for (const { memory, turns } of [creation, recovery]) {
        assert.ok(memory < 40 << 20, `${memory >> 20} MB more`)
        assert.ok(turns > 3, `${turns} turns of the event loop`)
      }
      const { count } = await client.count('copy')
      assert.ok(count >= COUNT && count <= written, `${count} of ${written}`)
    }))
})
