import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { decode, encode } from '../dev/codec.js'
import { MODEL, PHOTOGRAPHS, temporaryFolder } from './helpers.mjs'

const { startDevServer } = await import('../dev-server.mjs')

function request(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('the_development_server_answers_only_who_has_its_address', async (t) => {
  const server = await startDevServer({ data: temporaryFolder(), model: MODEL, folder: PHOTOGRAPHS })
  t.after(() => server.close())
  const { origin, hostname } = new URL(server.url)
  assert.equal(hostname, '127.0.0.1')

  assert.equal((await request(origin)).status, 403)
  assert.equal((await request(`${origin}/events`)).status, 403)
  assert.equal((await request(`${origin}/?token=${'x'.repeat(32)}`)).status, 403)

  const entry = await request(server.url)
  assert.equal(entry.status, 303)
  assert.match(entry.headers['set-cookie'][0], /HttpOnly; SameSite=Strict/)
  const cookie = entry.headers['set-cookie'][0].split(';')[0]
  const page = await request(origin, { headers: { cookie } })
  assert.equal(page.status, 200)
  assert.match(page.headers['content-security-policy'], /^default-src 'none'; script-src 'self'; /)
  assert.ok(page.text.indexOf('dev/desktop.js') < page.text.indexOf('main.js'))

  const rebound = await request(origin, { headers: { cookie, host: 'example.org' } })
  assert.equal(rebound.status, 403)
  const foreign = { method: 'POST', headers: { cookie, origin: 'https://example.org' }, body: 'null' }
  assert.equal((await request(`${origin}/choose-folder`, foreign)).status, 403)
  for (const address of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/bridge/../../package.json',
    '/pictures/x'
  ]) {
    assert.equal((await request(`${origin}${address}`, { headers: { cookie } })).status, 404, address)
  }
})

test('messages_keep_what_ports_keep', () => {
  const message = {
    floats: Float32Array.of(0.5, -1),
    bytes: Uint8Array.of(0, 255),
    id: 2n ** 64n - 1n,
    none: null,
    list: [1, { deep: 'é' }]
  }
  assert.deepEqual(decode(encode(message)), message)
  const long = new Float32Array(100_000).map((_, index) => index)
  assert.deepEqual(decode(encode([long])), [long])
})
