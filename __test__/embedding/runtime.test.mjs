import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { withFolder } from '../helpers.mjs'
import { embedElsewhere, imageModel, photo } from './helpers.mjs'

// A process keeps the library that it has loaded: each test takes a process of its own.
const call = { images: [photo('cat/original.jpg')], options: { model: imageModel } }
const embedWith = (library, more = {}) =>
  embedElsewhere({ ...call, ...more }, { env: { ORT_DYLIB_PATH: library } })

function assertRefused({ code, outcome }, library, reason) {
  assert.equal(code, 0)
  assert.equal(outcome.name, 'QdrantError')
  assert.equal(outcome.status, 500)
  assert.ok(outcome.message.startsWith(`cannot load ONNX Runtime from \`${library}\`: `), outcome.message)
  assert.match(outcome.message, reason)
  assert.match(outcome.message, /ORT_DYLIB_PATH/)
}

describe('the ONNX Runtime library', () => {
  it('may be missing, which is an error with its path', () =>
    withFolder(async (folder) => {
      const library = join(folder, 'libonnxruntime.so')
      assertRefused(await embedWith(library), library, /no such file/)
      assertRefused(await embedWith('libonnxruntime.so'), 'libonnxruntime.so', /not absolute/)
    }))

  it('may be no library, or another one, which is an error too', () =>
    withFolder(async (folder) => {
      const text = join(folder, 'libonnxruntime.so')
      await writeFile(text, 'not a library')
      assertRefused(await embedWith(text), text, /libonnxruntime\.so/)
      const root = fileURLToPath(new URL('../..', import.meta.url))
      const addon = (await readdir(root)).find((file) => file.endsWith('.node'))
      assertRefused(await embedWith(join(root, addon)), join(root, addon), /OrtGetApiBase/)
    }))

  it('can be put right in the same process', () =>
    withFolder(async (folder) => {
      const library = join(folder, 'libonnxruntime.so')
      const { lines } = await embedWith(library, { again: true, env: { ORT_DYLIB_PATH: '' } })
      assert.equal(lines[0].status, 500)
      assert.equal(lines.at(-1).vectors[0].length, 1280)
    }))

  const unix = { skip: process.platform === 'win32' && 'there, ONNX Runtime has other telemetry' }

  it('keeps no record of the machine and of what it does', unix, () =>
    withFolder(async (home) => {
      const { outcome } = await embedElsewhere(call, {
        env: { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), XDG_DATA_HOME: join(home, '.local') }
      })
      assert.equal(outcome.vectors[0].length, 1280)
      assert.deepEqual(await readdir(home), [])
    })
  )

  it('is not troubled by a long command line', unix, async () => {
    const { outcome } = await embedElsewhere({ ...call, padding: 'a'.repeat(100_000) })
    assert.equal(outcome.vectors[0].length, 1280)
  })

  it('is that of the package onnxruntime-node, which may be used beside, whichever comes first', async () => {
    const fixture = fileURLToPath(new URL('fixtures/beside.mjs', import.meta.url))
    for (const first of ['ours', 'theirs']) {
      const { stdout } = await promisify(execFile)(process.execPath, [fixture, first])
      assert.deepEqual(JSON.parse(stdout), [1280, 1280, 1280, 1280], `${first} first`)
    }
  })
})
