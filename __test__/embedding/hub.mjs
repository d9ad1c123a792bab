import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const CHUNK = 64 * 1024
const COMMIT = '1'.repeat(40)

/**
 * Calls `use` with a Hugging Face hub on this machine that holds `models`: by name, the local file for each file of
 * the repository. Meanwhile `HF_ENDPOINT` points at it.
 *
 * The hub serves `bytesPerSecond`, closes the connection after each `cutAfter` bytes of a file, and keeps in `served`
 * the file, the first byte asked for and the number of bytes sent of every answer that is more than a look at the
 * size.
 */
export async function withHub(models, use) {
  const hub = { served: [], bytesPerSecond: Infinity, cutAfter: Infinity }
  const server = createServer((request, response) => {
    answer(hub, models, request, response).catch(() => response.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  hub.endpoint = `http://127.0.0.1:${server.address().port}`
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

async function answer(hub, models, request, response) {
  const [, name, file] = /^\/([^/]+\/[^/]+)\/resolve\/main\/(.+)$/.exec(request.url) ?? []
  const path = models[name]?.[file]
  if (!path) {
    response.writeHead(404).end()
    return
  }
  const content = await readFile(path)
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(first ?? 0)
  const end = last ? Math.min(Number(last) + 1, content.length) : content.length
  if (start >= content.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end()
    return
  }
  response.writeHead(first === undefined ? 200 : 206, {
    'Content-Length': end - start,
    'Content-Range': `bytes ${start}-${end - 1}/${content.length}`,
    ETag: `"${createHash('sha256').update(content).digest('hex')}"`,
    'X-Repo-Commit': COMMIT
  })
  const record = { file, start, bytes: 0 }
  if (!last) hub.served.push(record)
  for (let at = start; at < end && !response.destroyed; at += CHUNK) {
    if (record.bytes >= hub.cutAfter) {
      response.destroy()
      return
    }
    const chunk = content.subarray(at, Math.min(at + CHUNK, end))
    await new Promise((resolve) => response.write(chunk, resolve))
    record.bytes += chunk.length
    if (hub.bytesPerSecond < Infinity) await delay((chunk.length / hub.bytesPerSecond) * 1000)
  }
  response.end()
}
