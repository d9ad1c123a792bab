import qdrant = require('qdrant-embedded')

async function main(): Promise<void> {
  const client: qdrant.QdrantClient = await qdrant.connect({ location: ':memory:' })
  await client.createCollection('notes', { vectors: { size: 2, distance: 'Dot' } })
  const { collections } = await client.getCollections()
  const names: string[] = collections.map(({ name }) => name)
  console.log(names.join() === 'notes' ? 'all is well' : 'not well')
  await client.close()
}

void main()
