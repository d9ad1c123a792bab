// @lancedb/lancedb.
import { connect, Index } from '@lancedb/lancedb'
import { FILTERS } from '../../data.mjs'
import { CONSTRUCTION, EFFORTS } from '../settings.mjs'

const COLUMNS = ['id', 'category', 'year', 'title', ...FILTERS.map(({ field }) => field), '_distance']

/** Its graph is over bytes: as many candidates as this times the limit are compared by their float32 vectors. */
const REFINE = 2

export const settings = {
  index: `IVF_HNSW_SQ of 1 partition, m ${CONSTRUCTION.m}, efConstruction ${CONSTRUCTION.ef}, refineFactor ${REFINE}`,
  search: 'ef'
}

export async function create(folder) {
  return new Store(await connect(folder))
}

export async function open(folder) {
  const database = await connect(folder)
  return new Store(database, await database.openTable('points'))
}

class Store {
  efforts = EFFORTS.filter((effort) => effort >= 10 * REFINE)

  constructor(database, table) {
    this.database = database
    this.table = table
  }

  prepare(points) {
    return points.map(({ id, vector, payload }) => ({ id, vector, ...payload }))
  }

  /** The first batch makes the table, since it tells the types. */
  async insert(batch) {
    if (this.table) await this.table.add(batch)
    else this.table = await this.database.createTable('points', batch)
  }

  async index() {
    await this.table.optimize()
    const config = Index.hnswSq({
      distanceType: 'cosine',
      numPartitions: 1,
      m: CONSTRUCTION.m,
      efConstruction: CONSTRUCTION.ef
    })
    await this.table.createIndex('vector', { config })
    for (const { field } of FILTERS) await this.table.createIndex(field, { config: Index.bitmap() })
  }

  ask(vector, effort, filter) {
    return { vector, effort, where: filter && `${filter.field} = '${filter.value}'` }
  }

  query({ vector, effort, where }) {
    const query = this.table.search(vector).distanceType('cosine').ef(effort).refineFactor(REFINE)
    return (where ? query.where(where) : query).limit(10).select(COLUMNS).toArray()
  }

  ids(found) {
    return found.map(({ id }) => id)
  }

  close() {
    this.table.close()
    this.database.close()
  }
}
