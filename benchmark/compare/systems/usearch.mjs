// usearch: an index of vectors in memory, with neither payload nor filters. All calls are synchronous.
import path from 'node:path'
import usearch from 'usearch'
import { CONSTRUCTION, EFFORTS } from '../settings.mjs'

export const settings = {
  index: `HNSW connectivity ${CONSTRUCTION.m}, expansion_add ${CONSTRUCTION.ef}, float32`,
  search: 'expansion_search'
}

export function create(folder, { dim }) {
  return new Store(folder, dim)
}

export function open(folder, { dim, effort }) {
  const store = new Store(folder, dim, effort)
  store.load()
  return store
}

class Store {
  efforts = EFFORTS
  holdsIdsOnly = true

  constructor(folder, dim, effort = CONSTRUCTION.ef) {
    this.file = path.join(folder, 'index')
    this.dim = dim
    this.make(effort)
  }

  make(effort) {
    this.effort = effort
    this.index_ = new usearch.Index({
      dimensions: this.dim,
      metric: usearch.MetricKind.Cos,
      quantization: usearch.ScalarKind.F32,
      connectivity: CONSTRUCTION.m,
      expansion_add: CONSTRUCTION.ef,
      expansion_search: effort,
      multi: false
    })
  }

  load() {
    this.index_.load(this.file)
  }

  prepare(points) {
    const vectors = new Float32Array(points.length * this.dim)
    for (const [row, { vector }] of points.entries()) vectors.set(vector, row * this.dim)
    return { keys: BigUint64Array.from(points, ({ id }) => BigInt(id)), vectors }
  }

  /** Indexes them, too, with all cores. */
  insert({ keys, vectors }) {
    this.index_.add(keys, vectors, 0)
  }

  index() {
    this.index_.save(this.file)
  }

  /** The effort of an index is set when it is made. */
  ask(vector, effort) {
    if (effort !== this.effort) {
      this.make(effort)
      this.load()
    }
    return vector
  }

  query(vector) {
    return this.index_.search(vector, 10, 1)
  }

  ids({ keys }) {
    return Array.from(keys, Number)
  }

  close() {}
}
