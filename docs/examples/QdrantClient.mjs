// with: nothing
import { QdrantClient } from 'qdrant-embedded'

const client = new QdrantClient({ location: ':memory:' })
await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
await client.upsert('photos', { points: [{ id: 1, vector: [0.1, 0.2, 0.3, 0.4], payload: { name: 'sea' } }] })
const { points } = await client.query('photos', { query: [0.1, 0.2, 0.3, 0.4], with_payload: true })
console.log(points[0].payload) // { name: 'sea' }
await client.close()
