const { currentSignal } = require('./abort.js')
const { isFlat, mapRows } = require('./flat-vectors.js')
const { isInferenceObject, withImageAsText } = require('./inference-objects.js')

/**
 * What `api()` of the REST client is, with what an embedded Qdrant takes and gives beyond it: vectors as
 * `Float32Array`, the searches of the API up to 1.18, and `QdrantError`s.
 */
function serverApi(rest, QdrantError) {
  const api = {}
  for (const [id, operation] of Object.entries(rest)) {
    const extended = async (args, init) => {
      const signal = currentSignal()
      try {
        return await operation(plain(args), signal ? { signal, ...init } : init)
      } catch (error) {
        throw QdrantError.from(error)
      }
    }
    api[id] = Object.assign(extended, { Error: QdrantError })
  }
  return Object.assign(api, searches(api))
}

/** The searches of the API up to 1.18, asked as the queries that they are short for. */
function searches(api) {
  const one = (query) => async (args, init) =>
    withResult(await api.queryPoints(query(args), init), ({ points }) => points)
  const batch =
    (query) =>
    async ({ searches, ...args }, init) => {
      const response = await api.queryBatchPoints({ ...args, searches: searches.map(query) }, init)
      return withResult(response, (results) => results.map(({ points }) => points))
    }
  const groups = (query) => (args, init) => api.queryPointsGroups(query(args), init)
  return {
    discoverBatchPoints: batch(discovery),
    discoverPoints: one(discovery),
    recommendBatchPoints: batch(recommendation),
    recommendPointGroups: groups(recommendation),
    recommendPoints: one(recommendation),
    searchBatchPoints: batch(search),
    searchPointGroups: groups(search),
    searchPoints: one(search)
  }
}

function search({ vector, ...request }) {
  const named = vector !== null && typeof vector === 'object' && 'name' in vector
  return named ? { ...request, query: vector.vector, using: vector.name } : { ...request, query: vector }
}

function recommendation({ positive, negative, strategy, ...request }) {
  return { ...request, query: { recommend: { positive, negative, strategy } } }
}

function discovery({ target, context, ...request }) {
  const isMissing = target === undefined || target === null
  return { ...request, query: isMissing ? { context } : { discover: { target, context: context ?? [] } } }
}

function withResult(response, change) {
  return { ...response, data: { ...response.data, result: change(response.data.result) } }
}

/** Values under these keys are user data, which may look like anything. */
const PAYLOAD_KEYS = new Set(['payload', 'payloads'])

/** A copy of `value` with lists for its typed arrays, which JSON would print as objects. */
function plain(value, isPayload = false) {
  if (value === null || typeof value !== 'object' || typeof value.toJSON === 'function') return value
  if (ArrayBuffer.isView(value)) return Array.from(value)
  if (!isPayload && isInferenceObject(value)) return withImageAsText(value)
  if (Array.isArray(value)) {
    return typeof value[0] === 'number' ? value : value.map((item) => plain(item, isPayload))
  }
  if (!isPayload && isFlat(value)) {
    return mapRows(value, (start, end) => Array.from(value.data.subarray(start, end)))
  }
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, child]) => [key, plain(child, isPayload || PAYLOAD_KEYS.has(key))])
  )
}

module.exports = { serverApi }
