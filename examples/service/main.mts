// node examples/service/main.mts [port]. Environment: DATA, a storage folder; MODEL, the name or folder of a text model.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'

import { connect, QdrantError } from 'qdrant-embedded'

import { Documents } from './documents.mts'
import { serve } from './http.mts'

const { DATA = './service_data', MODEL = 'Qdrant/all-MiniLM-L6-v2-onnx' } = process.env

const client = await connect({ path: DATA }).catch((error: unknown) => {
  if (!(error instanceof QdrantError)) throw error
  console.error(error.message) // Such as: another process has the folder.
  process.exit(1)
})
const server = serve(await Documents.open(client, existsSync(MODEL) ? { path: MODEL } : MODEL))

// The first signal lets what is under way end; a second one ends the process at once, which loses nothing that was answered.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1')
await once(server, 'listening')
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

async function stop(): Promise<void> {
  console.log('stopping')
  const closed = once(server, 'close')
  server.close() // No new connections; idle ones are closed.
  await closed
  await client.close()
  console.log('stopped')
}
