// npm test: everything that has to pass. `npm test -- --only node,types` runs some of its parts.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureAddon, GENERATED } from './lib/addon.mjs'
import { ensureDependencies } from './lib/dependencies.mjs'
import { root } from './lib/paths.mjs'
import { main, minutes, note, run, runTool, SetupError } from './lib/run.mjs'
import { ensureLintTools, ensureRust } from './lib/rust.mjs'

const PARTS = { lint, build, rust: rustTests, types, node: nodeTests }
const TEST_FOLDERS = ['__test__', 'examples']
const TEST_TIMEOUT = 10 * 60_000

await main(async () => {
  const { parts, files } = options()
  await ensureDependencies()
  const rust = await ensureRust()
  for (const part of parts) {
    note(part)
    const started = Date.now()
    await PARTS[part](rust, files)
    // Nothing follows the closing lines of node's test runner.
    if (part !== 'node') note(`${part}: ${minutes(Date.now() - started)}`)
  }
})

/** Format and lint of both languages. */
async function lint(rust) {
  await runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings'])
  const tools = await ensureLintTools(rust)
  if (!tools) {
    const missing = `clippy and rustfmt are missing beside Rust ${rust.release} in ${rust.bin}`
    if (process.env.CI) throw new SetupError(missing)
    note(`${missing}: Rust is not linted`)
    return
  }
  await run(tools.fmt, ['fmt', '--all', '--check'], { env: rust.env })
  const args = ['clippy', '--release', '--workspace', '--all-targets', '--', '-D', 'warnings']
  await run(tools.clippy, args, { env: rust.env, patience: 'Linting' })
}

/** The addon; the generated files that are committed have to be those that it generates. */
async function build(rust) {
  const before = GENERATED.map(contentOf)
  await ensureAddon(rust)
  const after = GENERATED.map(contentOf)
  const stale = GENERATED.filter((_, index) => before[index] !== after[index])
  if (stale.length === 0) return
  const message = `${stale.join(' and ')} did not match the Rust sources; commit what \`npm run build\` makes`
  if (process.env.CI) throw new SetupError(message)
  note(message)
}

async function rustTests(rust) {
  await run(rust.cargo, ['test', '--release', '--workspace'], {
    env: rust.env,
    patience: 'Compiling and testing'
  })
}

/** Calls as users write them compile under strict TypeScript, for the REST client and for this one. */
async function types() {
  const folder = path.join(root, '__test__', 'types')
  for (const config of fs.readdirSync(folder).filter((name) => /^tsconfig\..+\.json$/.test(name))) {
    await runTool('typescript/bin/tsc', ['--noEmit', '--project', path.join(folder, config)])
  }
}

async function nodeTests(_rust, files) {
  const tests = files.length > 0 ? files : TEST_FOLDERS.flatMap(testsIn)
  const reporter = process.stdout.isTTY ? 'spec' : 'tap'
  const args = ['--test', `--test-reporter=${reporter}`, `--test-timeout=${TEST_TIMEOUT}`, ...tests]
  await run(process.execPath, args)
}

function contentOf(file) {
  const full = path.join(root, file)
  return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : null
}

/** The tests in a folder. Its dependencies are not looked into: those of an example may link back to this repository. */
function testsIn(folder) {
  const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true })
  return entries
    .flatMap((entry) => {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testsIn(file)
      return file.endsWith('.test.mjs') ? [file] : []
    })
    .sort()
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: 'string' } },
      allowPositionals: true
    })
    const usual = positionals.length > 0 ? ['build', 'node'] : Object.keys(PARTS)
    const parts = values.only?.split(',') ?? usual
    const unknown = parts.find((part) => !(part in PARTS))
    if (unknown !== undefined) throw new Error(`Unknown part '${unknown}'`)
    return { parts, files: positionals }
  } catch (error) {
    const usage = `Usage: npm test [-- --only ${Object.keys(PARTS).join(',')} <test file>...]`
    throw new SetupError(`${error.message}\n${usage}`)
  }
}
