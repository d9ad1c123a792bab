// Tries a part of the package, in a process of its own: a library that does not fit may end its process. Prints what it
// found as its last line, as JSON.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const MODEL = fileURLToPath(new URL('probe-model', import.meta.url))

/** Long enough for all ways in which the engine compares vectors. */
const VECTOR = Array(64).fill(1)

/** A bitmap of one blue pixel. */
const PICTURE = Buffer.from(
  '424d3a000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000ff000000',
  'hex'
)

const PROBES = {
  /** Writes a point and finds it. */
  async engine() {
    const { connect, modelCacheDir } = await import('../../index.js')
    const client = await connect({ location: ':memory:' })
    await client.createCollection('probe', { vectors: { size: VECTOR.length, distance: 'Dot' } })
    await client.upsert('probe', { points: [{ id: 1, vector: VECTOR }] })
    const { points } = await client.query('probe', { query: VECTOR, limit: 1 })
    await client.close()
    if (points[0]?.score !== VECTOR.length) throw new Error('a search has a wrong answer')
    const { cpuFeatures } = require('../../lib/native.js')
    const file = Object.keys(require.cache).find((name) => name.endsWith('.node')) ?? null
    return { file, modelCacheDir: modelCacheDir(), cpuFeatures: cpuFeatures() }
  },

  /** Has a model tell the colour of a picture. */
  async embedding() {
    const { onnxRuntime } = require('../../lib/onnx-runtime.js')
    const { embedImages } = await import('../../index.js')
    const [colour] = await embedImages([PICTURE], { model: { path: MODEL }, threads: 1 })
    if (colour.join() !== '0,0,1') throw new Error(`a model has a wrong answer: ${colour}`)
    return process.env.ORT_DYLIB_PATH ? { library: process.env.ORT_DYLIB_PATH } : onnxRuntime()
  }
}

try {
  console.log(JSON.stringify({ found: await PROBES[process.argv[2]]() }))
} catch (error) {
  const { message, code, problem, remedy } = error
  console.log(JSON.stringify({ error: message, code, problem, remedy }))
}
