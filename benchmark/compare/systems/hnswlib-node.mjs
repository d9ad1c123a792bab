// hnswlib-node: an index of vectors in memory, without payload; it can filter by a function of ids, which would need
// the payload elsewhere. All calls but those for files are synchronous.
import path from 'node:path'
import hnswlib from 'hnswlib-node'
import { CONSTRUCTION, EFFORTS } from '../settings.mjs'

export const settings = {
  index: `HNSW m ${CONSTRUCTION.m}, efConstruction ${CONSTRUCTION.ef}, float32`,
  search: 'ef'
}

export function create(folder, { dim, points }) {
  const index = new hnswlib.HierarchicalNSW('cosine', dim)
  index.initIndex({ maxElements: points, m: CONSTRUCTION.m, efConstruction: CONSTRUCTION.ef })
  return new Store(index, folder)
}

export async function open(folder, { dim, effort }) {
  const index = new hnswlib.HierarchicalNSW('cosine', dim)
  await index.readIndex(path.join(folder, 'index'))
  index.setEf(effort)
  return new Store(index, folder)
}

class Store {
  efforts = EFFORTS
  holdsIdsOnly = true

  constructor(index, folder) {
    this.hnsw = index
    this.folder = folder
  }

  prepare(points) {
    return points.map(({ id, vector }) => ({ id, vector: Array.from(vector) }))
  }

  /** Indexes them, too. */
  insert(batch) {
    for (const { id, vector } of batch) this.hnsw.addPoint(vector, id)
  }

  async index() {
    await this.hnsw.writeIndex(path.join(this.folder, 'index'))
  }

  ask(vector, effort) {
    this.hnsw.setEf(effort)
    return Array.from(vector)
  }

  query(vector) {
    return this.hnsw.searchKnn(vector, 10)
  }

  ids({ neighbors }) {
    return neighbors
  }

  close() {}
}
