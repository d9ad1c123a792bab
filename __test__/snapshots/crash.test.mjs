import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { connect } from '../../index.js'
import { randomNumbers, withFolder } from '../helpers.mjs'
import { createPoints, ids, sha256 } from './helpers.mjs'

const SCRIPT = fileURLToPath(new URL('../fixtures/snapshots-until-killed.mjs', import.meta.url))

/** How often a process is killed; more with `QDRANT_EMBEDDED_CRASHES`. */
const ROUNDS = Number(process.env.QDRANT_EMBEDDED_CRASHES ?? 5)

/** Runs the script and kills it at some time; resolves to the lines that it told. */
async function runAndKill(path, kind, delay) {
  const child = spawn(process.execPath, [SCRIPT, path, kind], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  const started = new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text
      resolve()
    })
  })
  const ended = once(child, 'close')
  await Promise.race([started, ended])
  await setTimeout(delay)
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL', 'it did not end by itself')
  return told.trim().split('\n').slice(1)
}

/** Calls `check` with a client of what a killed process left, for several such processes in turn. */
async function afterEachKill(path, kind, longest, check) {
  const random = randomNumbers(7)
  for (let round = 0; round < ROUNDS; round++) {
    const told = await runAndKill(path, kind, ((random() + 1) / 2) * longest)
    const client = await connect({ path })
    for (const folder of ['.work', '.staged']) assert.deepEqual(await readdir(join(path, folder)), [])
    await check(client, told)
    await client.close()
  }
}

const range = (start, end) => Array.from({ length: end - start }, (_, i) => start + i)

describe('when the process is killed', () => {
  it('while it makes snapshots, nothing that was written is lost, and what is listed is whole', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await createPoints(first, 'c', 0)
      await first.close()
      let written = 0
      await afterEachKill(path, 'create', 1500, async (client, told) => {
        // Each process begins anew with point 0.
        written = Math.max(written, told.length)
        const count = (await client.count('c')).count
        assert.ok(count === written || count === written + 1, `${count} points of ${written}`)
        written = count
        assert.deepEqual(await ids(client, 'c'), range(0, count))

        const snapshots = await client.listSnapshots('c')
        for (const { name, checksum } of snapshots) {
          assert.equal(sha256(await readFile(await client.snapshotPath('c', name))), checksum)
        }
        const last = snapshots.at(-1)
        if (last) {
          const { name: location, checksum } = last
          assert.equal(
            await client.recoverSnapshot('copy', {
              location: await client.snapshotPath('c', location),
              checksum
            }),
            true
          )
          const copied = await ids(client, 'copy')
          assert.deepEqual(copied, range(0, copied.length))
          await client.deleteCollection('copy')
        }
        for (const { name } of snapshots) await client.deleteSnapshot('c', name)
        for (const { name } of await client.listShardSnapshots('c', 0))
          await client.deleteShardSnapshot('c', 0, name)
        for (const { name } of await client.listFullSnapshots()) await client.deleteFullSnapshot(name)
        const left = await readdir(join(path, 'snapshots'), { recursive: true, withFileTypes: true })
        assert.deepEqual(
          left.filter((entry) => entry.isFile()).map(({ name }) => name),
          []
        )
      })
    }))

  it('while it recovers a collection, there is the old one or the new one', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      await createPoints(first, 'c', 20)
      const actions = [{ create_alias: { alias_name: 'a', collection_name: 'c' } }]
      await first.updateCollectionAliases({ actions })
      const { name: location } = await first.createSnapshot('c')
      await first.close()
      const base = range(0, 20)
      await afterEachKill(path, 'recover', 800, async (client, told) => {
        const written = told.slice(told.lastIndexOf('recovered') + 1).map(Number)
        const found = await ids(client, 'a')
        const next = Number(told.findLast((line) => line !== 'recovered') ?? 999) + 1
        const possible =
          written.length === 3
            ? [base, [...base, ...written]]
            : [
                [...base, ...written],
                [...base, ...written, next]
              ]
        assert.ok(
          possible.some((ids) => JSON.stringify(ids) === JSON.stringify(found)),
          `${found} is none of ${possible.join(' or ')}`
        )
        assert.equal(await client.recoverSnapshot('c', { location }), true)
        assert.deepEqual(await ids(client, 'c'), base)
      })
    }))

  it('while it recovers a store, all of it is of one snapshot', () =>
    withFolder(async (path) => {
      const first = await connect({ path })
      for (const extra of [0, 1]) {
        for (const name of ['c', 'd', 'e']) {
          await first.deleteCollection(name)
          await createPoints(first, name, 10 + extra)
        }
        const target = ['c', 'd'][extra]
        const actions = [{ create_alias: { alias_name: 'a', collection_name: target } }]
        await first.updateCollectionAliases({ actions })
        await first.setPayload('a', { payload: { name: target }, points: [0] })
        await first.createFullSnapshot()
      }
      await first.close()
      const seen = async (client) => {
        const counts = ['c', 'd', 'e'].map(async (name) => (await client.count(name)).count)
        const [{ payload }] = await client.retrieve('a', { ids: [0] })
        return [...(await Promise.all(counts)), payload.name]
      }
      await afterEachKill(path, 'full', 1500, async (client, told) => {
        const states = [
          [10, 10, 10, 'c'],
          [11, 11, 11, 'd']
        ]
        const found = await seen(client)
        const last = told.length > 0 ? Number(told.at(-1)) : undefined
        const possible = last === undefined ? states : [states[last], states[1 - last]]
        assert.ok(
          possible.some((state) => state.join() === found.join()),
          `${found}`
        )
      })
    }))
})
