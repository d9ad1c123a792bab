import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json, text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { connect } from 'qdrant-embedded'

import { installPackages } from '../../__test__/docs/packages.mjs'
import { textModel } from '../../__test__/embedding/helpers.mjs'
import { withFolder } from '../../__test__/helpers.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

describe('the service', () => {
  let program

  before(async () => {
    program = await mkdtemp(join(tmpdir(), 'qdrant-embedded-service-'))
    const tsc = here('../../node_modules/typescript/bin/tsc')
    await promisify(execFile)(process.execPath, [
      tsc,
      '--project',
      here('.'),
      '--outDir',
      join(program, 'dist')
    ])
    installPackages(program)
  })

  after(() => rm(program, { recursive: true, force: true }))

  /** Starts it on a folder; resolves to its process, its URL and the lines that it prints. */
  async function start(data) {
    const child = spawn(process.execPath, [join(program, 'dist', 'main.mjs'), '0'], {
      env: { ...process.env, DATA: data, MODEL: textModel.path },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const ended = once(child, 'close')
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const url = (await lines.next()).value
    return { child, url, lines, ended, errors: text(child.stderr) }
  }

  /** Calls `use` with a running service, and ends it whatever comes. */
  const withService = (use) =>
    withFolder(async (data) => {
      const service = await start(data)
      try {
        await use(service, data)
      } finally {
        service.child.kill('SIGKILL')
        await service.ended
      }
    })

  const put = (url, id, text) =>
    fetch(`${url}/documents/${id}`, { method: 'PUT', body: JSON.stringify({ text }) })

  /** Sends half of a request, when the service has taken it up; `finish` sends the rest and resolves to the answer. */
  async function sendHalf(url, id, text) {
    const body = JSON.stringify({ text })
    const headers = { 'content-length': body.length, expect: '100-continue' }
    const half = request(`${url}/documents/${id}`, { method: 'PUT', headers })
    half.flushHeaders()
    await once(half, 'continue')
    half.write(body.slice(0, 9))
    return {
      abandon: () => half.on('error', () => {}).destroy(),
      async finish() {
        half.end(body.slice(9))
        const [response] = await once(half, 'response')
        return { status: response.statusCode, body: await json(response) }
      }
    }
  }

  it('keeps texts and finds them by what they mean', () =>
    withService(async ({ url }) => {
      const texts = ['the dog runs on the beach', 'soup and bread from the kitchen', 'a bug in the compiler']
      for (const [id, text] of texts.entries()) assert.equal((await put(url, id, text)).status, 200)
      const found = await (await fetch(`${url}/documents?q=my+puppy+plays&limit=2`)).json()
      assert.equal(found.length, 2)
      assert.equal(found[0].text, texts[0])
      assert.deepEqual(await (await fetch(`${url}/health`)).json(), { documents: 3 })
    }))

  it('refuses what is wrong, and goes on', () =>
    withService(async ({ url }) => {
      const statuses = async (...answers) => (await Promise.all(answers)).map(({ status }) => status)
      assert.deepEqual(
        await statuses(
          fetch(`${url}/documents`),
          fetch(`${url}/documents?q=a&limit=0`),
          fetch(`${url}/documents/1`, { method: 'PUT', body: '{' }),
          fetch(`${url}/nothing`),
          put(url, 2 ** 64, 'an id that is too large')
        ),
        [400, 400, 400, 404, 400]
      )
      assert.deepEqual(await (await fetch(`${url}/health`)).json(), { documents: 0 })
    }))

  it('writes nothing of a request that is given up', () =>
    withService(async ({ url }) => {
      const half = await sendHalf(url, 1, 'the dog runs on the beach')
      half.abandon()
      assert.equal((await put(url, 2, 'a bug')).status, 200)
      assert.deepEqual(await (await fetch(`${url}/health`)).json(), { documents: 1 })
    }))

  it('tells which process has its folder, and ends', () =>
    withService(async ({ child }, data) => {
      const second = await start(data)
      assert.deepEqual(await second.ended, [1, null])
      assert.equal(second.url, undefined)
      assert.match(await second.errors, new RegExp(`${child.pid}`))
    }))

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(
      `answers what is under way when ${signal} comes, keeps it, and ends in order`,
      { skip: process.platform === 'win32' && 'Windows has no signals' },
      () =>
        withService(async ({ child, url, lines, ended }, data) => {
          await put(url, 1, 'the dog runs on the beach')
          const half = await sendHalf(url, 2, 'a boat on the sea')
          child.kill(signal)
          assert.equal((await lines.next()).value, 'stopping')
          await assert.rejects(fetch(`${url}/health`, { headers: { connection: 'close' } }))
          assert.deepEqual(await half.finish(), { status: 200, body: { status: 'kept' } })
          assert.equal((await lines.next()).value, 'stopped')
          assert.deepEqual(await ended, [0, null])

          const client = await connect({ path: data })
          const points = await client.retrieve('documents', { ids: [1, 2] })
          assert.deepEqual(
            points.map(({ payload }) => payload.text),
            ['the dog runs on the beach', 'a boat on the sea']
          )
          await client.close()
        })
    )
  }
})
