import { withStore } from '../store.mjs'

const POINTS = [
  { id: 1, vector: [0.9, 0.1, 0.1, 0.1], payload: { name: 'harbour', kind: 'sea', year: 2021 } },
  { id: 2, vector: [0.8, 0.3, 0.1, 0.1], payload: { name: 'beach', kind: 'sea', year: 2023 } },
  { id: 3, vector: [0.1, 0.9, 0.2, 0.1], payload: { name: 'summit', kind: 'mountain', year: 2022 } },
  { id: 4, vector: [0.1, 0.7, 0.5, 0.1], payload: { name: 'valley', kind: 'mountain', year: 2024 } }
]

/** `client`, of an engine in memory, with four points in the collection `photos`. */
export default (use) =>
  withStore(async (client) => {
    await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
    await client.createPayloadIndex('photos', { field_name: 'kind', field_schema: 'keyword' })
    await client.createPayloadIndex('photos', { field_name: 'year', field_schema: 'integer' })
    await client.upsert('photos', { points: POINTS })
    await use({ client })
  })
