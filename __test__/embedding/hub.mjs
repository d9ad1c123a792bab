import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'

const CHUNK = 64 * 1024
const COMMIT = '1'.repeat(40)

/**
 * Calls `use` with a Hugging Face hub on this machine that holds `models`: by name, the local file for each file of
 * the repository. Meanwhile `HF_ENDPOINT` points at it.
 *
 * With `tls`, a key and a certificate, it speaks HTTPS.
 *
 * The hub serves `bytesPerSecond`, closes the connection after each `cutAfter` bytes of a file, goes on byte by byte after
 * `trickleAfter` bytes, sends nothing more after `silentAfter` bytes, when it calls `onSilence`, answers the next
 * `refusals` requests with status 500, gives `etag(content, file)` for a file, sends `content(content, file)` of it, and,
 * with `redirects`, sends it from elsewhere, as it does large files. It keeps in `served` the file, the first byte asked
 * for, the number of bytes sent and the socket of every answer that is more than a look at the size, and in `requests` the number of
 * all.
 */
export async function withHub(models, use, tls) {
  const hub = {
    served: [],
    requests: 0,
    bytesPerSecond: Infinity,
    cutAfter: Infinity,
    trickleAfter: Infinity,
    silentAfter: Infinity,
    onSilence: () => {},
    refusals: 0,
    redirects: false,
    etag: sha256,
    content: (content) => content
  }
  const respond = (request, response) => {
    answer(hub, models, request, response).catch(() => response.destroy())
  }
  const server = tls ? createTlsServer(tls, respond) : createServer(respond)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  hub.endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`
  const before = process.env.HF_ENDPOINT
  process.env.HF_ENDPOINT = hub.endpoint
  try {
    return await use(hub)
  } finally {
    if (before === undefined) delete process.env.HF_ENDPOINT
    else process.env.HF_ENDPOINT = before
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

export const sha256 = (content) => createHash('sha256').update(content).digest('hex')

/** What git calls a content. */
export const gitHash = (content) =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')

async function answer(hub, models, request, response) {
  hub.requests++
  if (hub.refusals > 0) {
    hub.refusals--
    response.writeHead(500).end('try again')
    return
  }
  const [, elsewhere, name, file] =
    /^(\/elsewhere)?\/([^/]+\/[^/]+)\/resolve\/main\/(.+)$/.exec(request.url) ?? []
  const path = models[name]?.[file]
  if (!path) {
    response.writeHead(404).end()
    return
  }
  const original = await readFile(path)
  if (hub.redirects && !elsewhere) {
    response.writeHead(302, {
      Location: `${hub.endpoint.replace('127.0.0.1', 'localhost')}/elsewhere${request.url}`,
      ETag: '"of the redirection"',
      'X-Linked-Etag': `"${hub.etag(original, file)}"`,
      'X-Repo-Commit': COMMIT
    })
    response.end()
    return
  }
  const content = hub.content(original, file)
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(first ?? 0)
  const end = last ? Math.min(Number(last) + 1, content.length) : content.length
  if (start >= content.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end()
    return
  }
  const named = { ETag: `"${hub.etag(original, file)}"`, 'X-Repo-Commit': COMMIT }
  response.writeHead(first === undefined ? 200 : 206, {
    'Content-Length': end - start,
    'Content-Range': `bytes ${start}-${end - 1}/${content.length}`,
    ...(elsewhere ? {} : named)
  })
  const record = { file, start, bytes: 0, token: request.headers.authorization, socket: request.socket }
  if (!last) hub.served.push(record)
  let at = start
  while (at < end && !response.destroyed) {
    if (record.bytes >= hub.cutAfter) {
      response.destroy()
      return
    }
    if (record.bytes >= hub.silentAfter) {
      hub.onSilence()
      return
    }
    const trickles = record.bytes >= hub.trickleAfter
    const chunk = content.subarray(at, Math.min(at + (trickles ? 1 : CHUNK), end))
    await new Promise((resolve) => response.write(chunk, resolve))
    record.bytes += chunk.length
    at += chunk.length
    if (trickles) await delay(20)
    if (hub.bytesPerSecond < Infinity) await delay((chunk.length / hub.bytesPerSecond) * 1000)
  }
  response.end()
}
