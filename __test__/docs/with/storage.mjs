import { connect } from 'qdrant-embedded'

/** A storage folder `qdrant_data` in the working directory, with a collection `photos`. */
export default async (use) => {
  const client = await connect({ path: './qdrant_data' })
  await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
  await client.upsert('photos', { points: [{ id: 1, vector: [0.1, 0.2, 0.3, 0.4] }] })
  await client.close()
  await use({})
}
