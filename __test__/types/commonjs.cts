// The package as CommonJS programs load it.
import embedded = require('qdrant-embedded')

async function names(): Promise<string[]> {
  const client: embedded.QdrantClient = await embedded.connect({ location: ':memory:' })
  const { collections } = await client.getCollections()
  await client.close()
  return collections.map(({ name }) => name)
}

export = { names }
