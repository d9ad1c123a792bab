// @zvec/zvec. Insertion is synchronous; queries and the building of the index are not.
import path from 'node:path'
import zvec from '@zvec/zvec'
import { FILTERS } from '../../data.mjs'
import { CONSTRUCTION, EFFORTS } from '../settings.mjs'

const { ZVecCollectionSchema, ZVecCreateAndOpen, ZVecDataType, ZVecIndexType, ZVecMetricType, ZVecOpen } =
  zvec

export const settings = {
  index: `HNSW m ${CONSTRUCTION.m}, efConstruction ${CONSTRUCTION.ef}, float32`,
  search: 'ef'
}

export function create(folder, { dim }) {
  const indexed = FILTERS.map(({ field }) => ({
    name: field,
    dataType: ZVecDataType.STRING,
    indexParams: { indexType: ZVecIndexType.INVERT }
  }))
  const schema = new ZVecCollectionSchema({
    name: 'compare',
    vectors: {
      name: 'vector',
      dataType: ZVecDataType.VECTOR_FP32,
      dimension: dim,
      indexParams: {
        indexType: ZVecIndexType.HNSW,
        metricType: ZVecMetricType.COSINE,
        m: CONSTRUCTION.m,
        efConstruction: CONSTRUCTION.ef
      }
    },
    fields: [
      { name: 'category', dataType: ZVecDataType.STRING },
      { name: 'year', dataType: ZVecDataType.INT64 },
      { name: 'title', dataType: ZVecDataType.STRING },
      ...indexed
    ]
  })
  return new Store(ZVecCreateAndOpen(path.join(folder, 'collection'), schema))
}

export function open(folder) {
  return new Store(ZVecOpen(path.join(folder, 'collection')))
}

class Store {
  efforts = EFFORTS

  constructor(collection) {
    this.collection = collection
  }

  prepare(points) {
    return points.map(({ id, vector, payload }) => ({ id: String(id), vectors: { vector }, fields: payload }))
  }

  insert(batch) {
    const refused = this.collection.insertSync(batch).find(({ ok }) => !ok)
    if (refused) throw new Error(refused.message)
  }

  index() {
    return this.collection.optimize()
  }

  ask(vector, effort, filter) {
    return {
      fieldName: 'vector',
      vector,
      topk: 10,
      params: { indexType: ZVecIndexType.HNSW, ef: effort },
      ...(filter && { filter: `${filter.field} = '${filter.value}'` })
    }
  }

  query(request) {
    return this.collection.query(request)
  }

  ids(docs) {
    return docs.map(({ id }) => Number(id))
  }

  close() {
    this.collection.closeSync()
  }
}
