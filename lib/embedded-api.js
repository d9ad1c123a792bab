const { BARE_OPERATIONS, OPERATIONS, notImplemented } = require('./operations.js')

/**
 * What `api()` of the REST client is for a server, answered by the engine of this process: a function for each
 * operation of the API, from its request in one object to the answer with its envelope.
 *
 * `operationIds` are those that the REST client has. `timeout` is how many milliseconds a call may take; the engine
 * goes on with one that took longer, as a server does.
 */
function embeddedApi(context, { QdrantError, TimeoutError, ResourceExhaustedError, operationIds, timeout }) {
  const define = (answer) => {
    const operation = async (args) => {
      const started = performance.now()
      const elapsed = () => (performance.now() - started) / 1000
      try {
        return new ApiResponse(await within(timeout, answer(args ?? {}, elapsed), TimeoutError))
      } catch (error) {
        const seen = QdrantError.from(error)
        if (seen instanceof QdrantError) seen.data.time = elapsed()
        throw seen.retryAfter === undefined ? seen : exhausted(seen, ResourceExhaustedError)
      }
    }
    return Object.assign(operation, { Error: QdrantError })
  }

  const api = {}
  for (const id of operationIds) {
    api[id] = define(async () => {
      throw notImplemented(id)
    })
  }
  for (const [id, run] of Object.entries(BARE_OPERATIONS)) {
    api[id] = define((args) => run(context, args))
  }
  for (const [id, run] of Object.entries(OPERATIONS)) {
    api[id] = define(async (args, elapsed) => {
      const result = await run(context, args)
      return { result, status: 'ok', time: elapsed() }
    })
  }
  return api
}

/** The error of the REST client for a limit that is over after some time, with what a `QdrantError` tells besides. */
function exhausted(error, ResourceExhaustedError) {
  const { name, ...fields } = error
  return Object.assign(new ResourceExhaustedError(error.message, error.retryAfter), fields)
}

/** An answer as one over HTTP looks like. */
class ApiResponse {
  ok = true
  status = 200
  statusText = 'OK'
  url = ''

  constructor(data) {
    this.data = data
  }

  get headers() {
    const type = typeof this.data === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
    return new Headers({ 'content-type': type })
  }
}

/** The answer, unless it takes longer than `timeout`. */
async function within(timeout, answer, TimeoutError) {
  if (!Number.isFinite(timeout)) return answer
  let timer
  const expiry = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError('This operation was aborted')), timeout)
  })
  try {
    return await Promise.race([answer, expiry])
  } finally {
    clearTimeout(timer)
  }
}

module.exports = { embeddedApi }
