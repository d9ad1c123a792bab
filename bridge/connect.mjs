import { Channel } from './channel.mjs'
import { isPlainObject, portClosed, RemoteError } from './errors.mjs'

/**
 * A client whose calls are answered by `serve` at the other end of `port`. It has the methods of the client there, and
 * the functions that are offered with it. Its `close()` closes the port, not the client at the other end; so does `signal`.
 */
export function connectPort(port, { signal } = {}) {
  const connection = new Connection(port)
  if (signal?.aborted) connection.close()
  signal?.addEventListener('abort', () => connection.close(), { once: true })
  return connection.client
}

class Connection {
  #channel
  #calls = new Map()
  #lastId = 0

  constructor(port) {
    let resolveClosed
    const closed = new Promise((resolve) => {
      resolveClosed = resolve
    })
    this.client = new Promise((resolve, reject) => {
      this.#channel = new Channel(port, {
        receive: (message) => {
          if (message?.type === 'welcome') resolve(this.#remoteClient(message.methods, closed))
          else this.#calls.get(message?.id)?.receive(message)
        },
        closed: () => {
          const error = portClosed()
          reject(error)
          for (const call of this.#calls.values()) call.reject(error)
          resolveClosed()
        }
      })
      this.#channel.post({ type: 'hello' })
    })
  }

  close() {
    this.#channel.close()
  }

  #remoteClient(methods, closed) {
    const close = async () => this.close()
    const client = { close, closed }
    // Not every browser has explicit resource management.
    if (Symbol.asyncDispose) client[Symbol.asyncDispose] = close
    for (const method of methods) client[method] = (...args) => this.#call(method, args)
    return client
  }

  async #call(method, args) {
    if (this.#channel.isClosed) throw portClosed()
    const { plain, signal, callbacks } = detach(args)
    signal?.throwIfAborted()
    const id = ++this.#lastId
    const call = new Call(callbacks)
    const giveUp = () => call.reject(signal.reason)
    signal?.addEventListener('abort', giveUp)
    this.#calls.set(id, call)
    try {
      this.#channel.post({
        type: 'call',
        id,
        method,
        args: plain,
        hasSignal: signal !== undefined,
        callbacks: Object.keys(callbacks)
      })
      return await call.answer
    } catch (error) {
      if (!call.isAnswered) this.#channel.post({ type: 'abort', id })
      throw error
    } finally {
      this.#calls.delete(id)
      signal?.removeEventListener('abort', giveUp)
    }
  }
}

/** A call that waits for its answer. */
class Call {
  isAnswered = false
  #callbacks
  #resolve

  constructor(callbacks) {
    this.#callbacks = callbacks
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.reject = reject
    })
  }

  receive({ type, value, error, name, argument }) {
    if (type === 'callback') return this.#callBack(name, argument)
    this.isAnswered = true
    if (type === 'result') this.#resolve(value)
    else this.reject(new RemoteError(error))
  }

  /** What a callback throws ends the call, as it does without a port. */
  #callBack(name, argument) {
    try {
      this.#callbacks[name]?.(argument)
    } catch (error) {
      this.reject(error)
    }
  }
}

/** The arguments of a call without the signal and the callbacks in the last one, which no port can carry. */
function detach(args) {
  const options = args.at(-1)
  if (!isPlainObject(options)) return { plain: args, signal: undefined, callbacks: {} }
  const { signal, ...others } = options
  const isSignal = signal instanceof AbortSignal
  const entries = Object.entries(isSignal ? others : options)
  const isCallback = ([, value]) => typeof value === 'function'
  const plain = Object.fromEntries(entries.filter((entry) => !isCallback(entry)))
  return {
    plain: [...args.slice(0, -1), plain],
    signal: isSignal ? signal : undefined,
    callbacks: Object.fromEntries(entries.filter(isCallback))
  }
}
