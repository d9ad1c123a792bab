// npm run test:runtimes: the packages, installed from their tarballs, under every runtime that they are for. Not part of
// `npm test`, since it downloads those runtimes from npm, about 500 MB; they are kept in the cache.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cleanEnvironment, EMBED, makeApp } from '../__test__/package/app.mjs'
import { npm } from './lib/npm.mjs'
import { cacheDir, root } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { main, note, run, SetupError } from './lib/run.mjs'
import { packHere } from './packages/local-packages.mjs'
import { withRegistry } from './packages/registry.mjs'

const { platform, arch } = process
const exe = platform === 'win32' ? '.exe' : ''
const node = (major) => ({
  name: `Node.js ${major}`,
  package: `node-${platform === 'win32' ? 'win' : platform}-${arch}@${major}`,
  file: `node-${platform === 'win32' ? 'win' : platform}-${arch}/bin/node${exe}`,
  args: []
})

const RUNTIMES = [
  ...[20, 22, 24, 26].map(node),
  {
    name: 'Bun',
    package: 'bun@1',
    file: 'bun/bin/bun.exe',
    args: [],
    install: ['add', 'qdrant-embedded']
  },
  {
    name: 'Deno',
    package: 'deno@2',
    file: `deno/deno${exe}`,
    args: ['run', '--allow-all', '--node-modules-dir=manual'],
    install: ['add', '--node-modules-dir=auto', 'npm:qdrant-embedded']
  }
]

const SCRIPTS = {
  'ES module': 'smoke.mjs',
  CommonJS: 'smoke.cjs',
  'TypeScript, ES module': 'out/typed.mjs',
  'TypeScript, CommonJS': 'out/typed.cjs'
}

const PATIENCE_MS = 120_000

const folderOf = (runtime) => path.join(cacheDir, 'runtimes', runtime.package.replaceAll(/[/@]/g, '-'))
const binaryOf = (runtime) => path.join(folderOf(runtime), 'node_modules', runtime.file)

await main(async () => {
  const chosen = choose()
  await prepare()
  for (const runtime of chosen) await fetchRuntime(runtime)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qdrant-embedded-runtimes-'))
  try {
    const results = await tryAll(chosen, folder)
    report(results)
    if (results.some(({ outcomes }) => Object.values(outcomes).some((outcome) => outcome !== 'ok'))) {
      throw new SetupError('Not every runtime passes')
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})

function choose() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' } } })
    const wanted = values.only?.split(',')
    const unknown = wanted?.find((name) => !RUNTIMES.some((runtime) => runtime.name === name))
    if (unknown !== undefined) throw new Error(`Unknown runtime '${unknown}'`)
    return RUNTIMES.filter(({ name }) => !wanted || wanted.includes(name))
  } catch (error) {
    const names = RUNTIMES.map(({ name }) => name).join(',')
    throw new SetupError(`${error.message}\nUsage: npm run test:runtimes [-- --only "${names}"]`)
  }
}

async function fetchRuntime(runtime) {
  if (fs.existsSync(binaryOf(runtime))) return
  note(`Installing ${runtime.package}`)
  const folder = folderOf(runtime)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  // What Bun and Deno have in their packages is put in place by scripts.
  const args = ['install', runtime.package, '--ignore-scripts=false', '--no-audit', '--no-fund']
  await npm(args, { cwd: folder, env: cleanEnvironment() })
}

async function tryAll(runtimes, folder) {
  const packages = await packHere(folder)
  const app = path.join(folder, 'app')
  await withRegistry(packages, (registry) => makeApp(app, registry))
  await compile(app)
  const results = []
  for (const runtime of runtimes) {
    const outcomes = {}
    for (const [name, script] of Object.entries(SCRIPTS))
      outcomes[name] = await tryScript(runtime, app, script)
    if (runtime.install) outcomes['its own install'] = await tryInstall(runtime, folder, packages)
    results.push({ name: runtime.name, version: await versionOf(runtime), outcomes })
  }
  return results
}

/** Compiles the TypeScript of the application, strictly. */
async function compile(app) {
  const modules = path.join(root, 'node_modules')
  const types = ['--types', 'node', '--typeRoots', path.join(modules, '@types')]
  const files = ['typed.mts', 'typed.cts'].map((file) => path.join(app, file))
  const args = [
    '--strict',
    '--module',
    'node16',
    '--target',
    'es2022',
    ...types,
    '--outDir',
    path.join(app, 'out')
  ]
  await run(process.execPath, [
    path.join(modules, 'typescript', 'bin', 'tsc'),
    '--rootDir',
    app,
    ...args,
    ...files
  ])
}

/** Installs the package by the package manager of a runtime, and runs the application on it. */
async function tryInstall(runtime, folder, packages) {
  const app = path.join(folder, `app-${runtime.name}`)
  fs.cpSync(path.join(root, '__test__', 'package', 'app'), app, { recursive: true })
  fs.writeFileSync(path.join(app, 'package.json'), '{ "private": true }')
  return withRegistry(packages, async (registry) => {
    fs.writeFileSync(path.join(app, '.npmrc'), `registry=${registry}\n`)
    const caches = { BUN_INSTALL_CACHE_DIR: path.join(folder, 'bun'), DENO_DIR: path.join(folder, 'deno') }
    const env = { ...caches, NPM_CONFIG_REGISTRY: registry }
    const installed = await outcomeOf(binaryOf(runtime), runtime.install, app, env)
    return installed.code === 0 ? tryScript(runtime, app, 'smoke.mjs') : failure(installed)
  })
}

async function tryScript(runtime, app, script) {
  const env = { EMBED: JSON.stringify(EMBED) }
  const result = await outcomeOf(binaryOf(runtime), [...runtime.args, script], app, env)
  return result.code === 0 && result.output.includes('all is well') ? 'ok' : failure(result)
}

async function versionOf(runtime) {
  const { output } = await outcomeOf(binaryOf(runtime), ['--version'], root, {})
  return /\d+\.\d+\.\d+/.exec(output)?.[0]
}

function outcomeOf(command, args, cwd, env) {
  const child = spawn(command, args, {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL'
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

function failure({ code, signal, output }) {
  process.stderr.write(`${output}\n`)
  return `failed (${signal ?? `exit code ${code}`})`
}

/** A table as in docs/platforms.md. */
function report(results) {
  const columns = [...Object.keys(SCRIPTS), 'its own install']
  const rows = results.map(({ name, version, outcomes }) => [
    `${name.replace(/ \d+$/, '')} ${version}`,
    ...columns.map((column) => outcomes[column] ?? '')
  ])
  for (const row of [['runtime', ...columns], columns.concat('').map(() => '---'), ...rows]) {
    console.log(`| ${row.join(' | ')} |`)
  }
}
