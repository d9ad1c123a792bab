// sqlite-vec in better-sqlite3: compares with every vector. All calls are synchronous.
import path from 'node:path'
import Database from 'better-sqlite3'
import * as sqliteVec from 'sqlite-vec'
import { FILTERS } from '../../data.mjs'

const FIELDS = FILTERS.map(({ field }) => field)

export const settings = { index: 'none (exact)', search: 'none' }

export function create(folder, { dim }) {
  const store = new Store(folder)
  const filtered = FIELDS.map((field) => `${field} text`).join(', ')
  store.database.exec(
    `create virtual table points using vec0(
      id integer primary key, vector float[${dim}] distance_metric=cosine, ${filtered}, +payload text)`
  )
  store.prepareStatements()
  return store
}

export function open(folder) {
  const store = new Store(folder)
  store.prepareStatements()
  return store
}

class Store {
  efforts = [0]

  constructor(folder) {
    this.database = new Database(path.join(folder, 'points.db'))
    this.database.pragma('journal_mode = wal')
    sqliteVec.load(this.database)
  }

  prepareStatements() {
    const values = ['id', 'vector', ...FIELDS, 'payload']
    const insertion = this.database.prepare(
      `insert into points (${values.join(', ')}) values (${values.map(() => '?').join(', ')})`
    )
    this.insertAll = this.database.transaction((rows) => {
      for (const row of rows) insertion.run(row)
    })
    const select = (condition) =>
      this.database.prepare(
        `select id, distance, payload from points where vector match ? and k = 10 ${condition} order by distance`
      )
    this.all = select('')
    this.filtered = Object.fromEntries(FIELDS.map((field) => [field, select(`and ${field} = ?`)]))
  }

  prepare(points) {
    return points.map(({ id, vector, payload }) => [
      BigInt(id),
      bytes(vector),
      ...FIELDS.map((field) => payload[field]),
      JSON.stringify(payload)
    ])
  }

  insert(batch) {
    this.insertAll(batch)
  }

  index() {}

  ask(vector, _effort, filter) {
    const statement = filter ? this.filtered[filter.field] : this.all
    return { statement, values: filter ? [bytes(vector), filter.value] : [bytes(vector)] }
  }

  query({ statement, values }) {
    return statement.all(values).map(({ payload, ...rest }) => ({ ...rest, payload: JSON.parse(payload) }))
  }

  ids(found) {
    return found.map(({ id }) => id)
  }

  close() {
    this.database.close()
  }
}

function bytes(vector) {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}
