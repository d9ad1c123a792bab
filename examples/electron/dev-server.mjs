// The program without Electron: its page in a browser, its engine in this process. For development and tests.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from 'qdrant-embedded/bridge'
import { decode, encode } from './dev/codec.js'
import { openGallery } from './engine/gallery.mjs'
import { contentOf, securityHeaders } from './main/content.mjs'

// A picture that is dropped comes as text in one request.
const MAX_BODY = 128e6

const here = (name) => new URL(name, import.meta.url)

/**
 * Serves the page at a random port of this machine, to whoever has its address. `folder` is what there is to choose.
 * Resolves to the address and a function that ends all of it.
 */
export async function startDevServer({ data, model, folder }) {
  const gallery = await openGallery({ data, model })
  const token = randomBytes(24).toString('base64url')
  const ports = new Map()
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(error.message)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const host = `127.0.0.1:${port}`
  const cookie = `gallery-${port}`

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, `http://${host}`)
    // Another name may be one of somebody else's page that leads here.
    if (request.headers.host !== host) return end(response, 403, 'Not for this host')
    if (isToken(searchParams.get('token'))) {
      const attributes = 'HttpOnly; SameSite=Strict; Path=/'
      response.writeHead(303, { location: '/', 'set-cookie': `${cookie}=${token}; ${attributes}` })
      return response.end()
    }
    if (!isToken(cookieOf(request, cookie))) return end(response, 403, 'The token is missing')
    if (request.method === 'POST') {
      if (request.headers.origin !== `http://${host}`) return end(response, 403, 'Not for this page')
      return post(pathname, request, response)
    }
    if (pathname === '/events') return connect(response)
    return get(pathname, response)
  }

  const isToken = (given) =>
    given?.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))

  /** A new port, whose messages to the page are events. */
  function connect(response) {
    const id = randomBytes(12).toString('hex')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(`event: connection\ndata: ${id}\n\n`)
    const connection = new EventPort(response)
    ports.set(id, connection)
    response.on('close', () => {
      ports.delete(id)
      connection.emit('close')
    })
    serve(gallery.client, connection, gallery.forPage())
  }

  async function post(pathname, request, response) {
    const [, action, id] = pathname.split('/')
    const message = decode(await bodyOf(request))
    if (action === 'choose-folder') {
      return end(response, 200, encode(await gallery.chooseFolder(folder)))
    }
    if (action !== 'messages' || !ports.has(id)) return end(response, 404, 'No such port')
    ports.get(id).emit('message', { data: message })
    return end(response, 200, 'null')
  }

  async function get(pathname, response) {
    const [, first, name] = pathname.split('/')
    const content =
      first === 'dev' && ['codec.js', 'desktop.js'].includes(name)
        ? { body: await fs.readFile(here(`dev/${name}`)), type: 'text/javascript; charset=utf-8' }
        : await contentOf(pathname, (picture) => gallery.pictureFile(picture))
    if (!content) return end(response, 404, 'Not found')
    // The place of the preload script: before all others.
    const body =
      pathname === '/'
        ? `${content.body}`.replace(
            '<script',
            '<script type="module" src="dev/desktop.js"></script>\n  <script'
          )
        : content.body
    response.writeHead(200, { ...securityHeaders({ connect: "'self'" }), 'content-type': content.type })
    response.end(body)
  }

  return {
    url: `http://${host}/?token=${token}`,
    async close() {
      for (const connection of ports.values()) connection.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await gallery.close()
    }
  }
}

/** The server's end of a port as Electron has them. */
class EventPort extends EventEmitter {
  #response

  constructor(response) {
    super()
    this.#response = response
  }

  postMessage(message) {
    this.#response.write(`data: ${encode(message)}\n\n`)
  }

  close() {
    this.#response.end()
  }
}

function end(response, status, text) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

function cookieOf({ headers }, name) {
  const pairs = (headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
  return pairs.find(([key]) => key === name)?.[1] ?? null
}

async function bodyOf(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MAX_BODY) throw new Error('Too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const example = fileURLToPath(here('../image-search/data/'))
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: fileURLToPath(here('dev-data')) },
      model: { type: 'string', default: `${example}models/efficientnet-lite0` },
      folder: { type: 'string', default: `${example}images` }
    }
  })
  const server = await startDevServer(values)
  console.log(`Open ${server.url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => server.close().then(() => process.exit(0)))
  }
}
