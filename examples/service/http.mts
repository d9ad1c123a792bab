import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'

import { QdrantError } from 'qdrant-embedded'

import type { Documents } from './documents.mts'

interface Answer {
  status: number
  body: unknown
}

/** A request that is wrong, with what to tell of it. */
class BadRequest extends Error {}

/** A server of HTTP in front of the documents. A request whose sender has gone is aborted. */
export function serve(documents: Documents): Server {
  const server = createServer((request, response) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    answer(documents, request, gone.signal)
      .catch(failure)
      .then((result) => {
        // A server that is closing waits for its connections.
        if (!server.listening) response.setHeader('connection', 'close')
        send(response, result)
      })
  })
  return server
}

async function answer(documents: Documents, request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const route = `${request.method} ${pathname.replace(/\/\d+$/, '/:id')}`
  switch (route) {
    case 'GET /health':
      return { status: 200, body: { documents: await documents.count() } }
    case 'GET /documents': {
      const text = searchParams.get('q')
      const limit = Number(searchParams.get('limit') ?? 5)
      if (!text || !Number.isInteger(limit) || limit < 1)
        throw new BadRequest('give `q`, and a `limit` of at least 1')
      return { status: 200, body: await documents.search(text, limit, signal) }
    }
    case 'PUT /documents/:id': {
      const text = await textOf(request)
      await documents.put(Number(pathname.split('/').at(-1)), text)
      return { status: 200, body: { status: 'kept' } }
    }
    default:
      return { status: 404, body: { error: `there is no ${request.method} ${pathname}` } }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const body = (await json(request).catch(() => undefined)) as { text?: unknown } | undefined
  if (typeof body?.text !== 'string') throw new BadRequest('the body has to be `{ "text": "…" }`')
  return body.text
}

function failure(error: unknown): Answer {
  if (error instanceof BadRequest) return { status: 400, body: { error: error.message } }
  if (error instanceof QdrantError) return { status: error.status, body: { error: error.message } }
  return { status: 500, body: { error: String(error) } }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
