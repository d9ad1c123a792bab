// Generated from the modules of this folder by `npm run build`: do not edit.
/**
 * What a call over a port rejects with: the error of the other end, with its name, its message and its fields such as
 * `status`, `data` and `code`. Of the bridge's own errors the code tells: `PORT_CLOSED` or `NOT_OFFERED`.
 */
class RemoteError extends Error {
  constructor({ name = 'RemoteError', message, fields = {} }) {
    super(message)
    Object.assign(this, fields)
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
  }
}

const portClosed = () =>
  new RemoteError({ message: 'The port to the engine is closed', fields: { code: 'PORT_CLOSED' } })

const notOffered = (method) =>
  new RemoteError({
    message: `\`${method}\` is not offered over this port`,
    fields: { code: 'NOT_OFFERED' }
  })

/** An error as a message; its stack stays where it was made. */
function describeError(error) {
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

function isPlainObject(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  // Those of other realms, such as frames and `vm` contexts, have an `Object.prototype` of their own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * One end of a port, the same for the DOM's MessagePort, Node's, and Electron's MessagePortMain: `receive` gets what the
 * other end posts, and `closed` is called once, whichever end closes.
 */
class Channel {
  isClosed = false
  #port
  #closed

  constructor(port, { receive, closed }) {
    this.#port = port
    this.#closed = closed
    listen(port, 'message', ({ data }) => {
      if (this.isClosed) return
      if (data?.type === 'close') this.#end()
      else receive(data)
    })
    // The other end may be gone without a word: Node.js and Electron's processes tell of it, browsers do not.
    listen(port, 'close', () => this.#end())
    // A message that cannot be read may be the answer that a call waits for.
    listen(port, 'messageerror', () => this.close())
    port.start?.()
  }

  /** Throws a DataCloneError for what no port can carry. */
  post(message) {
    if (!this.isClosed) this.#port.postMessage(message)
  }

  close() {
    this.post({ type: 'close' })
    this.#end()
  }

  #end() {
    if (this.isClosed) return
    this.isClosed = true
    this.#port.close()
    this.#closed()
  }
}

/** Electron's ports are event emitters with events as the DOM has them; Node's are both, and emit bare values. */
function listen(port, event, listener) {
  if (typeof port.addEventListener === 'function') port.addEventListener(event, listener)
  else port.on(event, listener)
}

// `api` gives functions, which no port can carry, and closing is for whoever opened.
const NEVER_OFFERED = new Set(['constructor', 'api', 'close'])

// What the other end has besides, and `then`, which would make it a promise.
const RESERVED = new Set(['close', 'closed', 'then'])

/**
 * Answers the calls that `connectPort` makes at the other end of `port`, with the methods of `client` and with
 * `functions`. `allow` names the methods of the client that are offered; default: all.
 */
function serve(client, port, { allow, functions = {} } = {}) {
  const methods = methodsOf(client)
  const offered = offer(client, methods, allow, functions)
  const calls = new Map()
  let resolveClosed
  const closed = new Promise((resolve) => {
    resolveClosed = resolve
  })
  const channel = new Channel(port, {
    receive(message) {
      if (message?.type === 'hello') {
        channel.post({ type: 'welcome', methods: [...methods, ...Object.keys(functions)] })
      } else if (message?.type === 'call') {
        answer(message)
      } else if (message?.type === 'abort') {
        calls.get(message.id)?.abort()
      }
    },
    closed() {
      for (const call of calls.values()) call.abort()
      resolveClosed()
    }
  })

  async function answer({ id, method, args, hasSignal, callbacks }) {
    const controller = new AbortController()
    calls.set(id, controller)
    const callback = (name) => (argument) => channel.post({ type: 'callback', id, name, argument })
    try {
      const run = offered.get(method)
      if (!run) throw notOffered(method)
      const signal = hasSignal ? controller.signal : undefined
      const value = await run(...attach(args, signal, callbacks, callback))
      channel.post({ type: 'result', id, value })
    } catch (error) {
      channel.post({ type: 'error', id, error: describeError(error) })
    } finally {
      calls.delete(id)
    }
  }

  return { close: () => channel.close(), closed }
}

/** The names of the methods of a client's class and its parents. */
function methodsOf(client) {
  const names = new Set()
  let prototype = Object.getPrototypeOf(client)
  while (prototype !== null && prototype !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const isPublic = !name.startsWith('_') && !NEVER_OFFERED.has(name)
      if (isPublic && typeof value === 'function') names.add(name)
    }
    prototype = Object.getPrototypeOf(prototype)
  }
  return names
}

/** What may be called, by name. */
function offer(client, methods, allow, functions) {
  const offered = new Map()
  for (const name of allow ?? methods) {
    if (!methods.has(name))
      throw new TypeError(`\`allow\` names \`${name}\`, which is no method to be offered`)
    offered.set(name, (...args) => client[name](...args))
  }
  for (const [name, run] of Object.entries(functions)) {
    if (methods.has(name) || RESERVED.has(name)) {
      throw new TypeError(`\`functions\` has a \`${name}\`, but that name is taken`)
    }
    if (typeof run !== 'function') throw new TypeError(`\`functions.${name}\` is not a function`)
    offered.set(name, run)
  }
  return offered
}

/** The arguments of a call with the signal and the callbacks where the caller had them: in the last one. */
function attach(args, signal, callbacks, callback) {
  if (!signal && callbacks.length === 0) return args
  const last = args.at(-1)
  if (!isPlainObject(last)) throw new TypeError('A call with a signal or callbacks has its options last')
  const options = { ...last, ...Object.fromEntries(callbacks.map((name) => [name, callback(name)])) }
  if (signal) options.signal = signal
  return [...args.slice(0, -1), options]
}

/**
 * A client whose calls are answered by `serve` at the other end of `port`. It has the methods of the client there, and
 * the functions that are offered with it. Its `close()` closes the port, not the client at the other end; so does `signal`.
 */
function connectPort(port, { signal } = {}) {
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

module.exports = { RemoteError, connectPort, serve }
