import {
  type ClientOptions,
  connect,
  embedImages,
  type PointId,
  QdrantClient,
  QdrantError
} from 'qdrant-embedded'

const options: ClientOptions = { location: ':memory:' }
const client: QdrantClient = await connect({ path: options.path, location: ':memory:' })
await client.createCollection('notes', { vectors: { size: 2, distance: 'Dot' } })
await client.upsert('notes', { points: [{ id: 2n ** 63n, vector: new Float32Array([1, 2]) }] })
const { points } = await client.query('notes', { query: [1, 2], limit: 1, with_payload: true })
const ids: PointId[] = points.map(({ id }) => id)
if (ids[0] !== 2n ** 63n) throw new Error(`found ${ids}`)

// @ts-expect-error: a collection's name is a string.
await client.getCollection(7).catch((error: unknown) => {
  if (!(error instanceof QdrantError)) throw error
})
const embed: (images: string[]) => Promise<Float32Array[]> = embedImages
console.log(client instanceof QdrantClient && typeof embed === 'function' ? 'all is well' : 'not well')
await client.close()
