import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** Photographs with the vectors that an independent implementation makes of them. */
export const data = here('../../examples/image-search/data')
export const photo = (name) => join(data, 'images', name)

/** A real image model with 1,280 dimensions, and a text model of a few words with 32. */
export const imageModel = { path: join(data, 'models', 'efficientnet-lite0') }
export const textModel = { path: here('fixtures/text-model') }

/** A cross-encoder of a few words. */
export const rerankerModel = { path: here('fixtures/reranker') }

/** A network that the libraries do not expect. */
export const noInputModel = { path: here('fixtures/no-input-model') }

/** The files of a model folder, as `withHub` takes them. */
export function repository({ path }, files) {
  return Object.fromEntries(files.map((file) => [file, join(path, file)]))
}

export function cosine(a, b) {
  assert.equal(a.length, b.length)
  let dot = 0
  let squares = [0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i]
    squares = [squares[0] + a[i] * a[i], squares[1] + b[i] * b[i]]
  }
  return dot / Math.sqrt(squares[0] * squares[1])
}

/**
 * Runs `fixtures/embed.mjs` with `call` in a process of its own, which is killed after two minutes. Resolves to how it
 * ended and to what it printed. `onLine` hears of each line with the process.
 */
export function embedElsewhere(call, { env = {}, onLine = () => {} } = {}) {
  const child = spawn(process.execPath, [here('fixtures/embed.mjs'), JSON.stringify(call)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
    killSignal: 'SIGKILL'
  })
  const lines = []
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text)
    lines.push(line)
    onLine(line, child)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, lines, outcome: lines.at(-1) }))
  })
}
