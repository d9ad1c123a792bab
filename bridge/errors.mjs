/**
 * What a call over a port rejects with: the error of the other end, with its name, its message and its fields such as
 * `status`, `data` and `code`. Of the bridge's own errors the code tells: `PORT_CLOSED` or `NOT_OFFERED`.
 */
export class RemoteError extends Error {
  constructor({ name = 'RemoteError', message, fields = {} }) {
    super(message)
    Object.assign(this, fields)
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
  }
}

export const portClosed = () =>
  new RemoteError({ message: 'The port to the engine is closed', fields: { code: 'PORT_CLOSED' } })

export const notOffered = (method) =>
  new RemoteError({
    message: `\`${method}\` is not offered over this port`,
    fields: { code: 'NOT_OFFERED' }
  })

/** An error as a message; its stack stays where it was made. */
export function describeError(error) {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, ...fields } = error
  const plain = Object.entries(fields).filter(([key, value]) => key !== 'stack' && isPlain(value, 0))
  return { name: String(error.name), message: String(error.message), fields: Object.fromEntries(plain) }
}

// Deeper are only objects that hold themselves.
const MAX_DEPTH = 16

/** Whether a port can carry it, and it is the same at the other end. */
function isPlain(value, depth) {
  if (typeof value === 'function' || typeof value === 'symbol' || depth > MAX_DEPTH) return false
  if (value === null || typeof value !== 'object') return true
  if (!Array.isArray(value) && !isPlainObject(value)) return false
  return Object.values(value).every((item) => isPlain(item, depth + 1))
}

export function isPlainObject(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  // Those of other realms, such as frames and `vm` contexts, have an `Object.prototype` of their own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
