import { createHash } from 'node:crypto'

/** A collection of so many two-dimensional points, whose ids are from 0 on. */
export async function createPoints(client, name, count) {
  await client.createCollection(name, { vectors: { size: 2, distance: 'Dot' } })
  if (count > 0) await client.upsert(name, { points: Array.from({ length: count }, (_, id) => point(id)) })
}

export const point = (id) => ({ id, vector: [id, 1], payload: { n: id } })

/** All points with all that they have, by id. */
export async function allPoints(client, name) {
  const { points } = await client.scroll(name, { limit: 100_000, with_vector: true })
  return points
}

export async function ids(client, name) {
  return (await allPoints(client, name)).map(({ id }) => id)
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
