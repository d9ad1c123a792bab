// The bridge as a CommonJS program uses it.
import type { MessagePort } from 'node:worker_threads'

import embedded = require('qdrant-embedded')
import bridge = require('qdrant-embedded/bridge')

async function both(here: MessagePort, there: MessagePort): Promise<number> {
  bridge.serve(await embedded.connect({ path: './data' }), here)
  const client: bridge.RemoteClient = await bridge.connectPort(there)
  return (await client.count('photos')).count
}

export = both
