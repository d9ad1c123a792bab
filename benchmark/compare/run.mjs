// npm run benchmark:compare: this package and others that search vectors from Node.js, on the same data in the same run.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { main, note, SetupError } from '../../scripts/lib/run.mjs'
import { ensureData, NEIGHBOURS } from '../data.mjs'
import { ensurePeers } from './peers.mjs'
import { hasPlace, report, withReport } from './report.mjs'
import { OURS, obstacle, packagesOf, SYSTEMS, USUAL } from './systems.mjs'

const USAGE = `Usage: npm run benchmark:compare [-- options]

  --points <n>     points to load                           (default 60000)
  --dim <n>        numbers per vector                       (default 384)
  --rounds <n>     rounds; the table has medians            (default 3)
  --systems <a,b>  some of ${Object.keys(SYSTEMS).join(', ')}
                   (default: all but those of this package with other settings)
  --write <file>   writes the report to a new file, too, or between the lines <!-- compare --> and <!-- /compare -->
                   of one that is there
  --json           prints the results of all rounds instead`

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

await main(async () => {
  const { systems, rounds, write, json, ...size } = options()
  if (write) documentFor(write)
  if (systems.some((name) => packagesOf(name).length > 0)) await ensurePeers()
  note(`Data: ${size.points} x ${size.dim}`)
  const plan = { ...size, batch: 1000, data: ensureData(size.points, size.dim) }
  const load = os.loadavg()[0]
  const results = {}
  for (let round = 1; round <= rounds; round++) {
    for (const system of systems) {
      note(`Round ${round} of ${rounds}: ${system}`)
      results[system] ??= []
      results[system].push(await measure({ ...plan, system, ...SYSTEMS[system] }))
    }
  }
  const text = json ? JSON.stringify(results) : report(results, { plan, rounds, load })
  console.log(text)
  if (write) fs.writeFileSync(write, withReport(documentFor(write), text))
  const { missing } = results[OURS]?.[0] ?? {}
  if (missing) throw new SetupError(`${OURS}: ${missing}`)
})

/** What a report is to be written into. */
function documentFor(file) {
  const document = fs.existsSync(file)
    ? fs.readFileSync(file, 'utf8')
    : '<!-- compare -->\n<!-- /compare -->\n'
  if (!hasPlace(document))
    throw new SetupError(`${file} has no line <!-- compare --> or no line <!-- /compare -->`)
  return document
}

/** One round of a system, `{ missing }` if it cannot take part: loading and opening, each in a process of its own. */
async function measure(plan) {
  const missing = obstacle(plan.system)
  if (missing) return { missing }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qdrant-embedded-compare-'))
  try {
    const load = await child({ ...plan, folder, step: 'load' })
    if (load.missing) return load
    const reopen = await child({ ...plan, folder, step: 'reopen', effort: load.all.effort })
    return reopen.missing ? reopen : { load, reopen }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function child(plan) {
  const running = spawn(process.execPath, ['--expose-gc', CHILD, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) {
    running[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text
    })
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    running.once('error', reject)
    running.once('close', (...status) => resolve(status))
  })
  if (code === 0) return JSON.parse(output.stdout.trim().split('\n').at(-1))
  process.stderr.write(output.stderr)
  const reason = /^\w*Error.*$/m.exec(output.stderr)?.[0] ?? `ended with ${signal ?? `exit code ${code}`}`
  return { missing: `failed in step ${plan.step}: ${reason}` }
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        points: { type: 'string', default: '60000' },
        dim: { type: 'string', default: '384' },
        rounds: { type: 'string', default: '3' },
        systems: { type: 'string', default: USUAL.join() },
        write: { type: 'string' },
        json: { type: 'boolean', default: false }
      }
    })
    const count = (name, least) => {
      const number = Number(values[name])
      if (!Number.isInteger(number) || number < least)
        throw new Error(`--${name} takes a number from ${least}`)
      return number
    }
    const systems = values.systems.split(',')
    const unknown = systems.find((name) => !Object.hasOwn(SYSTEMS, name))
    if (unknown !== undefined) throw new Error(`Unknown system '${unknown}'`)
    return {
      points: count('points', NEIGHBOURS),
      dim: count('dim', 1),
      rounds: count('rounds', 1),
      systems,
      write: values.write,
      json: values.json
    }
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`)
  }
}
