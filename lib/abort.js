/**
 * Cancellation: every method of a client takes a `signal` beside the fields of its request. The REST client's methods
 * drop fields that they do not know, so the signal gets past them to the operations that they call.
 */

const { AsyncLocalStorage } = require('node:async_hooks')
const { setMaxListeners } = require('node:events')

const signals = new AsyncLocalStorage()

/** The signal of the call that is being made. */
const currentSignal = () => signals.getStore()

/** Lets the methods of a class and of its parent take a `signal` in their last argument. */
function takeSignals(Class) {
  const { prototype } = Class
  const names = [prototype, Object.getPrototypeOf(prototype)].flatMap(Object.getOwnPropertyNames)
  for (const name of new Set(names)) {
    const method = prototype[name]
    if (name === 'constructor' || typeof method !== 'function') continue
    const takingSignals = function (...args) {
      if (!(args.at(-1)?.signal instanceof AbortSignal)) return method.apply(this, args)
      const { signal, ...request } = args.pop()
      return abortable(signal, () => method.apply(this, [...args, request]))
    }
    Object.defineProperty(prototype, name, {
      value: Object.defineProperty(takingSignals, 'name', { value: name }),
      writable: true,
      configurable: true
    })
  }
  return Class
}

/**
 * What `call` gives, unless the signal, if there is one, comes first: then the call goes on by itself, and nobody hears
 * of its end.
 */
async function abortable(signal, call) {
  if (!signal) return call()
  signal.throwIfAborted()
  // One signal may be for many calls, of which each listens for as long as it lasts.
  setMaxListeners(0, signal)
  let onAbort
  const aborted = new Promise((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([signals.run(signal, call), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

module.exports = { abortable, currentSignal, takeSignals }
