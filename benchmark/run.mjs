// npm run benchmark: this package and the engine without it, on the same data in the same run.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepare } from '../scripts/lib/prepare.mjs'
import { main, note, run, SetupError } from '../scripts/lib/run.mjs'
import { ensureData, FILTERS, NEIGHBOURS } from './data.mjs'
import { report } from './report.mjs'

const USAGE = `Usage: npm run benchmark [-- options]

  --points <n>     points to load                   (default 20000)
  --dim <n>        numbers per vector               (default 384)
  --rounds <n>     rounds; the table has medians    (default 3)
  --write <file>   writes the table to a file too`

const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url))
const COLLECTION = 'benchmark'

const SETTINGS = {
  batch: 1000,
  limit: NEIGHBOURS,
  inFlight: 16,
  latencyPasses: 3,
  throughputPasses: 10,
  filters: FILTERS
}

await main(async () => {
  const { points, dim, rounds, write } = options()
  const rust = await prepare()
  const bare = await buildBare(rust)
  note(`Data: ${points} x ${dim}`)
  const plan = { ...SETTINGS, data: ensureData(points, dim), collection: COLLECTION, points, dim }
  const load = os.loadavg()[0]
  const results = []
  for (let round = 1; round <= rounds; round++) {
    note(`Round ${round} of ${rounds}`)
    results.push(await oneRound(plan, bare))
  }
  const text = report(results, { plan, rounds, load, rustc: rust.release })
  console.log(`\n${text}`)
  if (write) fs.writeFileSync(write, text)
})

/** Ours, then the bare engine with the settings that ours gave its shard; each step in a process of its own. */
async function oneRound(plan, bare) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qdrant-embedded-benchmark-'))
  const storage = (name) => path.join(folder, name)
  const ours = (step, name) =>
    measure(process.execPath, ['--expose-gc', OURS], step, { storage: storage(name) })
  const config = path.join(storage('ours'), 'collections', COLLECTION, '0', 'edge_config.json')
  const engine = (step, name) => measure(bare, [], step, { storage: storage(name), config })
  try {
    return {
      ours: {
        load: await ours('load', 'ours'),
        ahead: await ours('ingestAhead', 'ahead'),
        numbers: await ours('ingestNumbers', 'numbers'),
        reopen: await ours('reopen', 'ours'),
        oneThread: await ours('oneThread', 'ours'),
        filtered: await ours('filtered', 'filtered')
      },
      bare: {
        load: await engine('load', 'bare'),
        reopen: await engine('reopen', 'bare'),
        oneThread: await engine('oneThread', 'bare'),
        filtered: await engine('filtered', 'bare-filtered')
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }

  async function measure(command, args, step, rest) {
    const child = spawn(command, [...args, JSON.stringify({ ...plan, ...rest, step })], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (...status) => resolve(status))
    })
    if (code !== 0)
      throw new SetupError(`${path.basename(command)}, step ${step}: failed (${signal ?? code})`)
    return JSON.parse(output)
  }
}

/** All packages are selected, so that none of their dependencies is compiled again with other features. */
async function buildBare(rust) {
  const name = 'benchmark-bare'
  await run(rust.cargo, ['build', '--release', '--workspace', '--bin', name], {
    env: rust.env,
    patience: 'Compiling'
  })
  return path.join(rust.env.CARGO_TARGET_DIR, 'release', process.platform === 'win32' ? `${name}.exe` : name)
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        points: { type: 'string', default: '20000' },
        dim: { type: 'string', default: '384' },
        rounds: { type: 'string', default: '3' },
        write: { type: 'string' }
      }
    })
    const count = (name, least) => {
      const number = Number(values[name])
      if (!Number.isInteger(number) || number < least)
        throw new Error(`--${name} takes a number from ${least}`)
      return number
    }
    return {
      points: count('points', NEIGHBOURS),
      dim: count('dim', 1),
      rounds: count('rounds', 1),
      write: values.write
    }
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`)
  }
}
