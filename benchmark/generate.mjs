// Makes the benchmark's data with a seeded generator: the same bytes on every machine.
import fs from 'node:fs'
import path from 'node:path'
import { readRow, readWords, rows, writeRows } from './rows.mjs'

const QUERIES = 1000
const QUERIES_WITH_TRUTH = 200

// Embeddings lie in clusters, and near a surface of few dimensions; neighbours of points that are spread evenly over
// hundreds of dimensions would be all but equally far, which no index is made for.
const CLUSTERS = 100
const LATENT_DIM = 64
const SPREAD = 1.3
const NOISE = 0.1

/** Fields that divide the points evenly, and into how many parts. A filter asks for the first of them. */
export const PARTS = { tenth: 10, hundredth: 100 }

/** Stands in a file of neighbours where fewer points match than are looked for. */
export const NO_NEIGHBOUR = 2 ** 32 - 1

const CATEGORIES = 20
const WORDS =
  'amber bridge canyon dawn ember field glacier harbour island jungle keel lantern meadow night ocean pine'.split(
    ' '
  )

/** Writes the files of one size into `folder`; `neighbours` is how many nearest points of a query it looks for. */
export function generate(folder, points, dim, neighbours) {
  const random = new Random(20)
  const model = new Model(random, dim)
  const vectors = path.join(folder, 'vectors.f32')
  writeRows(vectors, points, dim, (row) => model.sample(row))
  writeRows(path.join(folder, 'queries.f32'), QUERIES, dim, (row) => model.sample(row))
  const members = writePayload(path.join(folder, 'payload.jsonl'), points, random)
  const queries = rows(readWords(path.join(folder, 'queries.f32'), Float32Array), dim)
  const truth = exactNeighbours(vectors, queries.slice(0, QUERIES_WITH_TRUTH), neighbours, members)
  fs.writeFileSync(path.join(folder, 'truth.u32'), truth.all)
  for (const field of Object.keys(PARTS)) {
    fs.writeFileSync(path.join(folder, `truth-${field}.u32`), truth[field])
  }
}

/** Clusters of unequal weight in a space of few dimensions, laid into one of `dim` dimensions, with some noise. */
class Model {
  #latent = new Float64Array(LATENT_DIM)

  constructor(random, dim) {
    this.random = random
    this.centres = Array.from({ length: CLUSTERS }, () => random.normals(LATENT_DIM))
    this.axes = Array.from({ length: dim }, () => random.normals(LATENT_DIM))
  }

  sample(row) {
    const { random, axes } = this
    const latent = this.#latent
    // The square makes clusters of unequal size.
    const centre = this.centres[Math.floor(random.uniform() ** 2 * CLUSTERS)]
    for (let j = 0; j < LATENT_DIM; j++) latent[j] = centre[j] + SPREAD * random.normal()
    let square = 0
    for (let i = 0; i < row.length; i++) {
      const axis = axes[i]
      let sum = NOISE * random.normal()
      for (let j = 0; j < LATENT_DIM; j++) sum += axis[j] * latent[j]
      row[i] = sum
      square += sum * sum
    }
    const length = Math.sqrt(square)
    for (let i = 0; i < row.length; i++) row[i] /= length
  }
}

/** Marsaglia's xorshift generator. */
class Random {
  #state

  constructor(seed) {
    this.#state = seed
  }

  /** A number in [0, 1). */
  uniform() {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) / 2 ** 32
  }

  below(count) {
    return Math.floor(this.uniform() * count)
  }

  /** A nearly normal number of mean 0 and deviation 1, by arithmetic that is exact on every machine. */
  normal() {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3)
  }

  normals(count) {
    return Float64Array.from({ length: count }, () => this.normal())
  }
}

/** Returns which points are in which set: in that of all, and in the first part by each field of `PARTS`. */
function writePayload(file, points, random) {
  const members = { all: new Uint8Array(points).fill(1) }
  for (const field of Object.keys(PARTS)) members[field] = new Uint8Array(points)
  const out = fs.openSync(file, 'w')
  for (let id = 0; id < points; id++) {
    const payload = {
      category: `category-${random.below(CATEGORIES)}`,
      year: 1990 + random.below(36),
      title: Array.from({ length: 5 }, () => WORDS[random.below(WORDS.length)]).join(' ')
    }
    for (const [field, parts] of Object.entries(PARTS)) {
      const part = random.below(parts)
      payload[field] = `${field}-${part}`
      if (part === 0) members[field][id] = 1
    }
    fs.writeSync(out, `${JSON.stringify(payload)}\n`)
  }
  fs.closeSync(out)
  return members
}

/**
 * For each set of `members` the ids of its rows that are nearest to each query by cosine, best first, found by
 * comparing with every row.
 */
function exactNeighbours(file, queries, neighbours, members) {
  const sets = Object.entries(members).map(([name, isMember]) => ({
    name,
    isMember,
    best: queries.map(() => [])
  }))
  const vectors = fs.openSync(file, 'r')
  for (let id = 0; id < members.all.length; id++) {
    const row = readRow(vectors, queries[0].length)
    const around = sets.filter(({ isMember }) => isMember[id])
    for (const [i, query] of queries.entries()) {
      const score = dot(query, row)
      for (const { best } of around) insert(best[i], { id, score }, neighbours)
    }
  }
  fs.closeSync(vectors)
  const ids = (list) => Array.from({ length: neighbours }, (_, rank) => list[rank]?.id ?? NO_NEIGHBOUR)
  return Object.fromEntries(sets.map(({ name, best }) => [name, Uint32Array.from(best.flatMap(ids))]))
}

/** Puts an entry into a list of at most `length` that is sorted by score. */
function insert(list, entry, length) {
  if (list.length === length && entry.score <= list.at(-1).score) return
  list.push(entry)
  list.sort((a, b) => b.score - a.score)
  if (list.length > length) list.pop()
}

function dot(a, b) {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
