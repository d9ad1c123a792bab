import assert from 'node:assert/strict'

/** Settings with all that a snapshot has to keep: kinds of vectors, quantization, thresholds. */
export const settings = {
  vectors: {
    a: { size: 16, distance: 'Cosine' },
    m: { size: 4, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
  },
  sparse_vectors: { s: { modifier: 'idf' }, t: {} },
  quantization_config: { scalar: { type: 'int8', always_ram: true } },
  optimizers_config: { indexing_threshold: 10 },
  hnsw_config: { full_scan_threshold: 10 }
}

const indexes = {
  word: 'keyword',
  n: { type: 'integer', range: true, lookup: true },
  text: { type: 'text', tokenizer: 'word', lowercase: true }
}

const words = ['sea', 'lake', 'pond']

/** A number between -1 and 1 that depends on its arguments only. */
const number = (...seeds) => Math.sin(seeds.reduce((sum, seed) => sum * 31 + seed, 7) * 12.9898)

const vector = (length, ...seeds) => Array.from({ length }, (_, i) => number(i, ...seeds))

export function point(i) {
  return {
    id: i % 3 ? i : `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    vector: {
      a: vector(16, i),
      m: [vector(4, i, 1), vector(4, i, 2)],
      s: { indices: [i % 7], values: [1] },
      t: { indices: [i % 7, 10 + (i % 5)], values: [1, 0.5] }
    },
    payload: { word: words[i % 3], n: i, text: `The ${words[i % 3]} number ${i}` }
  }
}

/** Fills a new collection by ways that leave points in, and deleted from, more than one segment. */
export async function fill(client, name, { count = 3000, ...more } = {}) {
  await client.createCollection(name, { ...settings, ...more })
  for (const [field_name, field_schema] of Object.entries(indexes)) {
    await client.createPayloadIndex(name, { field_name, field_schema, wait: true })
  }
  for (let from = 0; from < count; from += 500) {
    const points = Array.from({ length: Math.min(500, count - from) }, (_, i) => point(from + i))
    await client.upsert(name, { points, wait: true })
  }
  await client.delete(name, { points: [1, 2, 4], wait: true })
  await client.setPayload(name, { points: [5, 7], payload: { word: 'changed' }, wait: true })
}

/**
 * What a collection is: settings, indexes, points, and what searches find. Not by `s`, whose scores also depend on
 * points that were deleted.
 */
export async function contents(client, name) {
  const { config, payload_schema } = await client.getCollection(name)
  const { vectors, sparse_vectors } = config.params
  const { hnsw_config, quantization_config } = config
  const points = []
  let offset
  do {
    const page = await client.scroll(name, { limit: 500, with_vector: true, with_payload: true, offset })
    points.push(...page.points)
    offset = page.next_page_offset
  } while (offset !== null && offset !== undefined)
  const exact = { limit: 20, params: { exact: true } }
  const among = (word) => ({ must: [{ key: 'word', match: { value: word } }] })
  const answers = []
  for (const request of [
    { query: vector(16, 99), using: 'a' },
    { query: vector(16, 98), using: 'a', filter: among('lake') },
    { query: [vector(4, 97)], using: 'm', filter: among('changed') },
    { query: { indices: [1, 11], values: [1, 0.7] }, using: 't' }
  ]) {
    answers.push((await client.query(name, { ...exact, ...request })).points)
  }
  const schema = Object.fromEntries(
    Object.entries(payload_schema).map(([field, { data_type, points }]) => [field, { data_type, points }])
  )
  return { vectors, sparse_vectors, hnsw_config, quantization_config, schema, points, answers }
}

/** Compares without the last digits of scores, which depend on the processor, and the order of equal ones. */
export function assertSame(found, expected) {
  const { answers: foundAnswers, ...foundRest } = found
  const { answers, ...rest } = expected
  assert.deepEqual(foundRest, rest)
  const rounded = (list) =>
    list.map((points) => points.map(({ score }) => Number(score.toFixed(4))).sort((a, b) => b - a))
  assert.deepEqual(rounded(foundAnswers), rounded(answers))
}

/** Writes and deletes go on where the snapshot ended. */
export async function assertGoesOn(client, name) {
  const { count } = await client.count(name, { exact: true })
  await client.upsert(name, {
    points: [point(100_000), { ...point(10), payload: { word: 'new' } }],
    wait: true
  })
  await client.delete(name, { points: [11, 13], wait: true })
  assert.equal((await client.count(name, { exact: true })).count, count + 1 - 2)
  const [changed] = await client.retrieve(name, { ids: [10] })
  assert.deepEqual(changed.payload, { word: 'new' })
  assert.deepEqual(await client.retrieve(name, { ids: [11, 13] }), [])
}
