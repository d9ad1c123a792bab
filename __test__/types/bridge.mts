// The bridge as its two ends use it: the engine's in Node.js or Electron, the other one in a page.
import type { EventEmitter } from 'node:events'
import type { MessagePort as NodeMessagePort } from 'node:worker_threads'
import { embedImages, type QdrantClient } from 'qdrant-embedded'
import { connectPort, type RemoteClient, RemoteError, type Served, serve } from 'qdrant-embedded/bridge'

/** As Electron's types have it. */
interface MessagePortMain extends EventEmitter {
  on(event: 'close', listener: (...args: unknown[]) => void): this
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortMain[] }) => void): this
  close(): void
  postMessage(message: unknown, transfer?: MessagePortMain[]): void
  start(): void
}

export async function engine(client: QdrantClient, port: NodeMessagePort, main: MessagePortMain) {
  const served: Served = serve(client, port)
  served.close()
  await served.closed
  serve(client, main, { allow: ['query', 'scroll'], functions: { embedImages } })
}

interface Offered {
  embedImages: typeof embedImages
  modelName(): string
}

export async function page(port: MessagePort): Promise<string> {
  const client = await connectPort<Offered>(port)
  const [query] = await client.embedImages([new Uint8Array(8)], {
    onProgress: ({ done }) => console.log(done)
  })
  const signal = AbortSignal.timeout(500)
  const { points } = await client.query('photos', { query: query ?? [1, 2], limit: 3, signal })
  await client.upsert('photos', { points: [{ id: 2n ** 60n, vector: new Float32Array(4) }] })
  const info = await client.waitForIndexing('photos', { onProgress: ({ points }) => console.log(points) })
  await client.close()
  await client.closed
  const name: string = await client.modelName()
  return `${points[0]?.score} ${info.status} ${name}`
}

export async function elsewhere(node: NodeMessagePort, main: MessagePortMain): Promise<RemoteClient[]> {
  return Promise.all([connectPort(node), connectPort(main, { signal: AbortSignal.timeout(500) })])
}

export function errors(error: unknown): string {
  if (!(error instanceof RemoteError)) return ''
  return `${error.status} ${error.data?.status.error} ${error.code}`
}

export async function mistakes(client: QdrantClient, port: MessagePort): Promise<void> {
  const remote = await connectPort(port)
  // @ts-expect-error a collection name is text
  await remote.getCollection(1)
  // @ts-expect-error functions are no data
  remote.api()
  // @ts-expect-error nothing of that name is offered
  await remote.embedImages([])
  // @ts-expect-error no such method
  serve(client, port, { allow: ['qeury'] })
  // @ts-expect-error closing is for whoever opened
  serve(client, port, { allow: ['close'] })
  // @ts-expect-error not a port
  connectPort({})
}
