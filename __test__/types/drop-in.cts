// The same for programs of the CommonJS format.
import type { QdrantClient as RestClient } from '@qdrant/js-client-rest' with { 'resolution-mode': 'import' }

import embedded = require('qdrant-embedded')

async function injected(): Promise<RestClient> {
  const lazy: RestClient = new embedded.QdrantClient({ path: './data' })
  await lazy.getCollections()
  return embedded.connect({ url: 'http://localhost:6333' })
}

export = { injected }
