// What this package and the client of a server have in common: all but where the data is.
import { FILTERS } from '../../data.mjs'
import { CONSTRUCTION, EFFORTS } from '../settings.mjs'

export const COLLECTION = 'compare'

export const settings = {
  index: `HNSW m ${CONSTRUCTION.m}, ef_construct ${CONSTRUCTION.ef}, float32`,
  search: 'hnsw_ef'
}

/** A collection; `others` are settings of it beyond those that all systems have alike. */
export async function createCollection(client, dim, collection = {}) {
  const { vectors, hnsw_config, hasFieldIndexes = true, ...others } = collection
  await client.createCollection(COLLECTION, {
    vectors: { size: dim, distance: 'Cosine', ...vectors },
    hnsw_config: { m: CONSTRUCTION.m, ef_construct: CONSTRUCTION.ef, ...hnsw_config },
    ...others
  })
  if (!hasFieldIndexes) return
  for (const { field } of FILTERS) {
    await client.createPayloadIndex(COLLECTION, { field_name: field, field_schema: 'keyword', wait: true })
  }
}

export class Store {
  efforts = EFFORTS

  constructor(client, params) {
    this.client = client
    this.params = params
  }

  /** A batch as the API takes it. */
  prepare(points) {
    return { wait: true, points }
  }

  insert(batch) {
    return this.client.upsert(COLLECTION, batch)
  }

  /** A query as the API takes it. */
  ask(vector, effort, filter) {
    return {
      query: vector,
      limit: 10,
      with_payload: true,
      params: { ...this.params, hnsw_ef: effort },
      ...(filter && { filter: { must: [{ key: filter.field, match: { value: filter.value } }] } })
    }
  }

  query(request) {
    return this.client.query(COLLECTION, request)
  }

  ids({ points }) {
    return points.map(({ id }) => id)
  }
}
