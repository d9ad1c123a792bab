/**
 * Errors. The native side gives them as JSON in the message of a plain `Error`; what callers see is a `QdrantError`.
 */

const STATUS_TEXTS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  423: 'Locked',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable'
}

/** An error as the native side gives it; `details` are properties of the `QdrantError`, such as its `code`. */
function nativeError(status, message, details = {}) {
  return new Error(JSON.stringify({ status, message, ...details }))
}

/** The class of all errors: an `ApiError` of the REST client with the details as its message. */
function defineError(ApiError) {
  return class QdrantError extends ApiError {
    constructor({ status, message, code, ...details }) {
      super({
        status,
        statusText: STATUS_TEXTS[status] ?? '',
        data: { status: { error: message }, time: 0 },
        headers: new Headers(details.retryAfter === undefined ? {} : { 'retry-after': details.retryAfter }),
        url: ''
      })
      this.name = 'QdrantError'
      this.message = message
      if (code) this.code = code
      Object.assign(this, details)
    }

    /** For a native error, or an `ApiError` of a server, its `QdrantError`; anything else as it is. */
    static from(error) {
      if (error instanceof QdrantError || !(error instanceof Error)) return error
      if (error instanceof ApiError) {
        const { status, statusText, data, headers, url } = error
        const message = data?.status?.error ?? statusText
        return new QdrantError({ status, message, statusText, data, headers, url })
      }
      const fields = nativeFields(error.message)
      return fields ? new QdrantError(fields) : error
    }

    /** What the errors of the REST client's `api()` tell of themselves. */
    getActualType() {
      return { status: this.status, data: this.data }
    }
  }
}

function nativeFields(message) {
  if (!message.startsWith('{')) return undefined
  try {
    const fields = JSON.parse(message)
    return typeof fields.status === 'number' ? fields : undefined
  } catch {
    return undefined
  }
}

module.exports = { defineError, nativeError }
