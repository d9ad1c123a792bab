import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { connect } from 'qdrant-embedded'

/** Routes of Qdrant's REST API, with the operations of `api()` that they are for. */
const ROUTES = [
  ['GET /', 'root'],
  ['GET /aliases', 'getCollectionsAliases'],
  ['GET /collections', 'getCollections'],
  ['POST /collections/aliases', 'updateAliases'],
  ['PUT /collections/:collection_name', 'createCollection'],
  ['GET /collections/:collection_name', 'getCollection'],
  ['GET /collections/:collection_name/aliases', 'getCollectionAliases'],
  ['GET /collections/:collection_name/exists', 'collectionExists'],
  ['PUT /collections/:collection_name/index', 'createFieldIndex'],
  ['GET /collections/:collection_name/points/:id', 'getPoint'],
  ['DELETE /collections/:collection_name', 'deleteCollection'],
  ['PUT /collections/:collection_name/points', 'upsertPoints'],
  ['POST /collections/:collection_name/points', 'getPoints'],
  ['POST /collections/:collection_name/points/count', 'countPoints'],
  ['POST /collections/:collection_name/points/delete', 'deletePoints'],
  ['POST /collections/:collection_name/points/payload', 'setPayload'],
  ['POST /collections/:collection_name/points/query', 'queryPoints'],
  ['POST /collections/:collection_name/points/query/batch', 'queryBatchPoints'],
  ['POST /collections/:collection_name/points/query/groups', 'queryPointsGroups'],
  ['POST /collections/:collection_name/points/scroll', 'scrollPoints']
].map(([route, operation]) => {
  const [method, path] = route.split(' ')
  return { method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), operation }
})

/** Calls `use` with the URL of a server that has an engine in memory behind those routes, and with what it is asked. */
export async function withServer(use) {
  const client = await connect({ location: ':memory:' })
  const requests = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const body = await text(request)
    requests.push({ method: request.method, path: url.pathname, headers: request.headers })
    const { status, data } = await answer(client.api(), request.method, url, body)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use(`http://127.0.0.1:${server.address().port}`, requests)
  } finally {
    server.closeAllConnections()
    server.close()
    await client.close()
  }
}

async function answer(api, method, url, body) {
  for (const route of ROUTES) {
    const match = method === route.method && route.pattern.exec(url.pathname)
    if (!match) continue
    const path = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)])
    const query = [...url.searchParams].map(([key, value]) => [key, JSON.parse(value)])
    const args = { ...Object.fromEntries([...path, ...query]), ...(body ? JSON.parse(body) : {}) }
    try {
      return await api[route.operation](args)
    } catch (error) {
      if (error.status === undefined) throw error
      return error
    }
  }
  return { status: 404, data: { status: { error: `no route ${method} ${url.pathname}` }, time: 0 } }
}
