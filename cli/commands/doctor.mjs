import { existsSync, readFileSync } from 'node:fs'
import { DEFAULT_FOLDER, parseOptions } from '../arguments.mjs'
import { examine } from '../doctor/checks.mjs'

export const help = `Usage: qdrant-embedded doctor [options]

Checks whether all works on this machine: Node.js, platform and C library, CPU, the engine, ONNX Runtime, and the folder
of downloaded models. The engine and ONNX Runtime are tried, each in a process of its own.

Options:
  --path <folder>       also tell which process holds the lock of this storage folder (default: ${DEFAULT_FOLDER}, if
                        it is there)
  --json                all of it as JSON
  -h, --help            this text

Exit codes: 0 nothing is broken, 1 something is, 2 wrong usage.
`

const MARKS = { ok: '✓', note: '!', broken: '✗' }
const INDENT = ' '.repeat(17)

export async function run(args) {
  const options = parseOptions(args, { path: { type: 'string' }, json: { type: 'boolean', default: false } })
  const checks = await examine(options.path ?? (existsSync(DEFAULT_FOLDER) ? DEFAULT_FOLDER : undefined))
  const broken = checks.filter(({ verdict }) => verdict === 'broken')
  const verdict = broken.length > 0 ? 'broken' : 'ok'
  if (options.json) console.log(JSON.stringify({ version: version(), verdict, checks }, null, 2))
  else {
    const names = broken.map(({ name }) => name).join(', ')
    const lines = [`qdrant-embedded ${version()}`, '', ...checks.map(describe), '']
    lines.push(names ? `Broken: ${names}` : 'Nothing is broken.')
    console.log(lines.join('\n'))
  }
  return broken.length > 0 ? 1 : 0
}

function describe({ name, verdict, finding, remedy }) {
  const line = `${MARKS[verdict]} ${name.padEnd(INDENT.length - 2)}${finding}`
  return remedy ? `${line}\n${INDENT}→ ${remedy}` : line
}

function version() {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
