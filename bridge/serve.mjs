import { Channel } from './channel.mjs'
import { describeError, isPlainObject, notOffered } from './errors.mjs'

// `api` gives functions, which no port can carry, and closing is for whoever opened.
const NEVER_OFFERED = new Set(['constructor', 'api', 'close'])

// What the other end has besides, and `then`, which would make it a promise.
const RESERVED = new Set(['close', 'closed', 'then'])

/**
 * Answers the calls that `connectPort` makes at the other end of `port`, with the methods of `client` and with
 * `functions`. `allow` names the methods of the client that are offered; default: all.
 */
export function serve(client, port, { allow, functions = {} } = {}) {
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
