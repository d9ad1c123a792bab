/**
 * The native binding with JavaScript values: packs request objects and unpacks answers. It adds nothing to what the
 * methods do. Errors stay as the binding gives them; `errors.js` makes them what callers see.
 *
 * A request crosses as JSON plus one flat `Float32Array`. Every vector is copied into that array, and
 * the JSON holds a placeholder instead, so that no vector is printed as text on this thread.
 */

const { setImmediate: nextTurn } = require('node:timers/promises')
const { currentSignal } = require('./abort.js')
const { unpacked } = require('./answers.js')
const { loadBinding } = require('./binding.js')
const { nativeError } = require('./errors.js')
const { isFlat, mapRows } = require('./flat-vectors.js')
const { isInferenceObject, withImageAsText } = require('./inference-objects.js')
const { checkQueryParameters } = require('./query-parameters.js')

const binding = loadBinding()

// Values under these keys are user data or hold no vectors; they are never looked into.
const OPAQUE_KEYS = new Set(['payload', 'payloads', 'filter', 'metadata', 'ids', 'formula'])

// All below these keys is vectors, possibly by name.
const VECTOR_KEYS = new Set(['vector', 'vectors', 'nearest', 'target', 'example'])

// Below these keys are vectors or ids: a list of numbers may be either, its elements that are lists are vectors.
const EXAMPLE_KEYS = new Set(['positive', 'negative'])

// Below this length a list of numbers is as cheap as its placeholder.
const MIN_PACKED_LENGTH = 8

/** Whether a query is vectors, and no object that has some. */
const isVectorQuery = (query) =>
  Array.isArray(query) || (typeof query === 'object' && query !== null && isFlat(query))

/** What stands in the JSON for a part of the buffer. */
const placeholder = (start, end) => `\u0000f32:${start}:${end - start}`

/** The buffer of an earlier call, unless it is in use or collected: memory that is new to the process is slow to fill. */
let spare = new WeakRef(new Float32Array(0))

/** Collects the vectors of one call. */
class VectorPacker {
  buffer = spare.deref() ?? new Float32Array(0)
  length = 0

  constructor() {
    spare = new WeakRef(new Float32Array(0))
  }

  /** Leaves the buffer to later calls. */
  release() {
    spare = new WeakRef(this.buffer)
  }

  /** Copies `numbers` and returns the placeholder, or `undefined` if one of them is no number. */
  pack(numbers) {
    const start = this.length
    this.reserve(numbers.length)
    const { buffer } = this
    if (numbers instanceof Float32Array) {
      buffer.set(numbers, start)
    } else {
      for (let i = 0; i < numbers.length; i++) {
        const number = numbers[i]
        if (typeof number !== 'number') return undefined
        buffer[start + i] = number
      }
    }
    this.length = start + numbers.length
    return placeholder(start, this.length)
  }

  /** Copies vectors that are in one array, and returns their placeholders. */
  packRows(flat) {
    const offset = this.length
    const placeholders = mapRows(flat, (start, end) => placeholder(offset + start, offset + end))
    this.pack(flat.data)
    return placeholders
  }

  /** Makes room for `count` more numbers. */
  reserve(count) {
    const needed = this.length + count
    if (needed <= this.buffer.length) return
    const grown = new Float32Array(Math.max(needed, this.buffer.length * 2))
    grown.set(this.buffer.subarray(0, this.length))
    this.buffer = grown
  }

  /**
   * A copy of `value` with placeholders for its vectors; parts without vectors are shared. Lists of
   * numbers are vectors only where `isVector` says so: elsewhere they are ids, which float32 could
   * not hold.
   */
  walk(value, isVector) {
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Float32Array) return this.pack(value)
    if (Array.isArray(value)) return this.walkArray(value, isVector)
    if (ArrayBuffer.isView(value)) return Array.from(value)
    if (typeof value.toJSON === 'function') return value
    if (typeof value.then === 'function') {
      throw nativeError(400, 'Format error in JSON body: a promise stands for a value; await it first')
    }
    // Never looked into.
    if (isInferenceObject(value)) return withImageAsText(value)
    if (isVector && isFlat(value)) return this.packRows(value)
    const copy = {}
    for (const key of Object.keys(value)) {
      const child = value[key]
      if (isVector) copy[key] = key === 'indices' ? child : this.walk(child, true)
      else if (OPAQUE_KEYS.has(key)) copy[key] = child
      else if (EXAMPLE_KEYS.has(key) && Array.isArray(child))
        copy[key] = child.map((item) => this.walk(item, true))
      else copy[key] = this.walk(child, VECTOR_KEYS.has(key) || (key === 'query' && isVectorQuery(child)))
    }
    return copy
  }

  walkArray(array, isVector) {
    if (isVector && typeof array[0] === 'number') {
      // JSON has no NaN and no infinity: the engine says where one stands.
      const isPacked = array.length >= MIN_PACKED_LENGTH || !array.every(Number.isFinite)
      return (isPacked && this.pack(array)) || array
    }
    if (!array.some((item) => typeof item === 'object')) return array
    const before = this.length
    return array.map((item, index) => {
      const copy = this.walk(item, isVector)
      // The others are most likely as long as the first.
      if (index === 0) this.reserve((array.length - 1) * (this.length - before))
      return copy
    })
  }
}

/** JSON text in which bigints stand as plain integers, on every runtime. */
function stringify(value) {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const mark = `bigint-${Math.random().toString(36).slice(2)}:`
    const text = JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? mark + item : item))
    return text.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
  }
}

/** Packs an argument of a method: objects become requests, of which reads can be cancelled; names stay as they are. */
function packArgument(argument, packer, call) {
  if (argument === null || typeof argument !== 'object') return argument ?? undefined
  checkQueryParameters(argument)
  const timeout = typeof argument.timeout === 'number' ? argument.timeout : undefined
  let json
  try {
    json = stringify(packer.walk(argument, false))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw nativeError(400, 'Format error in JSON body: recursion limit exceeded')
  }
  const vectors = packer.length > 0 ? packer.buffer.subarray(0, packer.length) : undefined
  return { json, vectors, timeout, call }
}

// The methods of the native class take and give plain JavaScript values from here on.
const { prototype } = binding.QdrantClient
for (const name of Object.getOwnPropertyNames(prototype)) {
  if (name === 'constructor') continue
  const method = prototype[name]
  prototype[name] = async function (...args) {
    const make = (call) => {
      const packer = new VectorPacker()
      try {
        // It copies the vectors before it returns its promise.
        return method.apply(
          this,
          args.map((arg) => packArgument(arg, packer, call))
        )
      } finally {
        packer.release()
      }
    }
    const signal = currentSignal()
    return unpacked(await (signal ? cancellable(signal, make) : make()))
  }
}

// The functions that use models take the number of their call as their last argument, after the options.
const MODEL_FUNCTIONS = [
  'downloadModel',
  'embedImages',
  'embedTexts',
  'embedUsableImages',
  'listModels',
  'loadModel',
  'rerank',
  'splitText'
]
for (const name of MODEL_FUNCTIONS) {
  const nativeFunction = binding[name]
  const wrapper = (...args) => {
    const signal = currentSignal()
    const result = signal
      ? cancellable(signal, async (call) => nativeFunction(...args, call))
      : nativeFunction(...args)
    return args.some((argument) => argument?.onProgress) ? afterProgress(result) : result
  }
  binding[name] = Object.defineProperty(wrapper, 'name', { value: name })
}

/**
 * Settles as `result` does, but after its listener has heard what was told before. Progress has a queue of its own, which is
 * looked at between two turns of the event loop.
 */
async function afterProgress(result) {
  try {
    return await result
  } finally {
    await nextTurn()
    await nextTurn()
  }
}

let calls = 0

/** Makes a call that the signal cancels. */
async function cancellable(signal, make) {
  calls = (calls + 1) % 2 ** 32
  const call = calls
  const cancel = () => binding.cancelCall(call)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await make(call)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

module.exports = binding
