import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { connect, QdrantError } from '../index.js'

/** Calls `use` with a fresh folder, and removes the folder afterwards. */
export async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'qdrant-embedded-test-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Calls `use` with a client of a temporary store, and closes it afterwards. */
export async function withClient(use) {
  const client = await connect({ location: ':memory:' })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** Calls `use` with a client and a collection `points` of 4-dimensional dot-product vectors. */
export function withPoints(points, use) {
  return withClient(async (client) => {
    await client.createCollection('points', { vectors: { size: 4, distance: 'Dot' } })
    if (points.length > 0) await client.upsert('points', { points })
    return use(client)
  })
}

/** A matcher for `assert.rejects`: a `QdrantError` of this status whose text holds `text`. */
export function refusal(status, text) {
  return (error) => {
    if (!(error instanceof QdrantError)) throw error
    if (error.status !== status || !error.data.status.error.includes(text)) {
      throw new Error(`expected ${status} "${text}", got ${error.status} "${error.data.status.error}"`)
    }
    return true
  }
}

/** Runs a script of `fixtures/` in a process of its own; resolves to how it ended. */
export function runScript(name, args, { execArgv = [], ...options } = {}) {
  const script = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...execArgv, script, ...args],
      { timeout: 60_000, ...options },
      (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? null) : 0, signal: error?.signal ?? null, stdout, stderr })
      }
    )
  })
}

/** Numbers in [-1, 1) that are the same in every run. */
export function randomNumbers(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 31 - 1
  }
}
