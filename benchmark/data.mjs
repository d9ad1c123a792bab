// The benchmark's data: kept in the system's temporary folder once it is made.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { generate, NO_NEIGHBOUR, PARTS } from './generate.mjs'
import { readRow, readWords, rows } from './rows.mjs'

/** Change it whenever the generator changes, so that older files are not taken for new ones. */
const VERSION = 2

/** How many exact neighbours are known of a query. */
export const NEIGHBOURS = 10

/**
 * The folder with the data for `points` x `dim`: `vectors.f32` and `queries.f32` (rows of unit length, float32 little
 * endian), `payload.jsonl` (one object per point), and `truth.u32` (for each of the first queries the ids of its exact
 * nearest points, which are row numbers), besides `truth-<field>.u32` among the points of a filter. Made when missing.
 */
export function ensureData(points, dim) {
  const parent = path.join(os.tmpdir(), 'qdrant-embedded-benchmark')
  const folder = path.join(parent, `v${VERSION}-${points}x${dim}`)
  if (fs.existsSync(folder)) return folder
  fs.mkdirSync(parent, { recursive: true })
  const unfinished = fs.mkdtempSync(path.join(parent, 'unfinished-'))
  try {
    generate(unfinished, points, dim, NEIGHBOURS)
    fs.renameSync(unfinished, folder)
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** The points of a data folder in lists of `size`: `{ id, vector, payload }` with a `Float32Array` each. */
export async function* readPoints(folder, dim, size) {
  const vectors = fs.openSync(path.join(folder, 'vectors.f32'), 'r')
  const lines = readline.createInterface({ input: fs.createReadStream(path.join(folder, 'payload.jsonl')) })
  try {
    let id = 0
    let list = []
    for await (const line of lines) {
      list.push({ id: id++, vector: readRow(vectors, dim), payload: JSON.parse(line) })
      if (list.length < size) continue
      yield list
      list = []
    }
    if (list.length > 0) yield list
  } finally {
    lines.close()
    fs.closeSync(vectors)
  }
}

/** All queries of a data folder, and the ids of the exact nearest points of the first ones. */
export function readQueries(folder, dim) {
  const queries = readWords(path.join(folder, 'queries.f32'), Float32Array)
  return { queries: rows(queries, dim), truth: readTruth(folder, 'truth.u32') }
}

/** The filters that the data are made for, a field and its value each: they match a tenth and a hundredth of the points. */
export const FILTERS = Object.keys(PARTS).map((field) => ({ field, value: `${field}-0` }))

/** The ids of the exact nearest points of the first queries among those that a filter matches; maybe fewer than 10. */
export function readFilteredTruth(folder, { field }) {
  const truth = readTruth(folder, `truth-${field}.u32`)
  return truth.map((ids) => ids.filter((id) => id !== NO_NEIGHBOUR))
}

function readTruth(folder, file) {
  return rows(readWords(path.join(folder, file), Uint32Array), NEIGHBOURS)
}
