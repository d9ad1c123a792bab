// npm run test:runtimes: the packages, installed from their tarballs, under every runtime that they are for. Not part of
// `npm test`, since it downloads those runtimes from npm, about 500 MB; they are kept in the cache. With --emulated on
// processors that are emulated, which takes QEMU, and for another architecture its C library (libc6:arm64).
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cleanEnvironment, EMBED, makeApp } from '../__test__/package/app.mjs'
import { ensureDependencies } from './lib/dependencies.mjs'
import { npm } from './lib/npm.mjs'
import { cacheDir, root } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { main, note, run, SetupError } from './lib/run.mjs'
import { packHere } from './packages/local-packages.mjs'
import { withRegistry } from './packages/registry.mjs'

const { platform, arch } = process
const exe = platform === 'win32' ? '.exe' : ''

function node(major, cpu = arch) {
  const name = `node-${platform === 'win32' ? 'win' : platform}-${cpu}`
  return {
    name: `Node.js ${major}`,
    package: `${name}@${major}`,
    file: `${name}/bin/node${exe}`,
    cpu,
    command: [],
    args: []
  }
}

const RUNTIMES = [
  ...[20, 22, 24, 26].map((major) => node(major)),
  {
    name: 'Bun',
    package: 'bun@1',
    file: 'bun/bin/bun.exe',
    cpu: arch,
    command: [],
    args: [],
    install: ['add', 'qdrant-embedded']
  },
  {
    name: 'Deno',
    package: 'deno@2',
    file: `deno/deno${exe}`,
    cpu: arch,
    command: [],
    args: ['run', '--allow-all', '--node-modules-dir=manual'],
    install: ['add', '--node-modules-dir=auto', 'npm:qdrant-embedded']
  }
]

const EMULATED = [
  {
    ...node(22, 'x64'),
    name: 'Node.js 22 on x64 without AVX',
    command: ['qemu-x86_64', '-cpu', 'Nehalem']
  },
  {
    ...node(22, 'arm64'),
    name: 'Node.js 22 on arm64',
    command: ['qemu-aarch64'],
    // ONNX Runtime 1.30 itself ends with a segmentation fault under QEMU 7.2, in onnxruntime-node too.
    embeds: false
  }
]

const SCRIPTS = {
  'ES module': 'smoke.mjs',
  CommonJS: 'smoke.cjs',
  'TypeScript, ES module': 'out/typed.mjs',
  'TypeScript, CommonJS': 'out/typed.cjs'
}

const PATIENCE_MS = 120_000
const EMULATION_PATIENCE_MS = 30 * 60_000

const folderOf = (runtime) => path.join(cacheDir, 'runtimes', runtime.package.replaceAll(/[/@]/g, '-'))
const binaryOf = (runtime) => path.join(folderOf(runtime), 'node_modules', runtime.file)

await main(async () => {
  const { runtimes, binaries } = choose()
  if (binaries) await ensureDependencies()
  else await prepare()
  for (const runtime of runtimes) await fetchRuntime(runtime)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qdrant-embedded-runtimes-'))
  try {
    const results = await tryAll(runtimes, folder, binaries && path.resolve(binaries))
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
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        emulated: { type: 'boolean', default: false },
        binaries: { type: 'string' }
      }
    })
    const all = values.emulated ? EMULATED : RUNTIMES
    const wanted = values.only?.split(',')
    const unknown = wanted?.find((name) => !all.some((runtime) => runtime.name === name))
    if (unknown !== undefined) throw new Error(`Unknown runtime '${unknown}'`)
    return {
      runtimes: all.filter(({ name }) => !wanted || wanted.includes(name)),
      binaries: values.binaries
    }
  } catch (error) {
    throw new SetupError(`${error.message}\n${usage()}`)
  }
}

function usage() {
  const names = (runtimes) => runtimes.map(({ name }) => name).join(',')
  return `Usage: npm run test:runtimes [-- --emulated --only <name>,... --binaries <folder>]

  --emulated            on processors that QEMU emulates
  --only <name>,...     some of ${names(RUNTIMES)};
                        with --emulated of ${names(EMULATED)}
  --binaries <folder>   where the addons are (default: this checkout, with the addon of its sources)`
}

async function fetchRuntime(runtime) {
  if (fs.existsSync(binaryOf(runtime))) return
  note(`Installing ${runtime.package}`)
  const folder = folderOf(runtime)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  // What Bun and Deno have in their packages is put in place by scripts.
  const args = [
    'install',
    runtime.package,
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    // It is emulated, of which npm knows nothing.
    ...(runtime.cpu === arch ? [] : ['--force'])
  ]
  await npm(args, { cwd: folder, env: cleanEnvironment() })
}

async function tryAll(runtimes, folder, binaries) {
  const results = []
  for (const cpu of new Set(runtimes.map((runtime) => runtime.cpu))) {
    const base = path.join(folder, cpu)
    const packages = await packHere(base, { binaries, machine: cpu })
    const app = path.join(base, 'app')
    await withRegistry(packages, (registry) => makeApp(app, registry, { options: [`--cpu=${cpu}`] }))
    await compile(app)
    for (const runtime of runtimes.filter((runtime) => runtime.cpu === cpu)) {
      if (runtime.embeds === false) leaveOutOnnxRuntime(app)
      const outcomes = {}
      for (const [name, script] of Object.entries(SCRIPTS))
        outcomes[name] = await tryScript(runtime, app, script)
      if (runtime.install) outcomes['its own install'] = await tryInstall(runtime, base, packages)
      const name = runtime.embeds === false ? `${runtime.name}, without embedding` : runtime.name
      results.push({ name, version: await versionOf(runtime), outcomes })
    }
  }
  return results
}

function leaveOutOnnxRuntime(app) {
  const modules = path.join(app, 'node_modules')
  for (const name of fs.readdirSync(modules).filter((name) => name.startsWith('qdrant-embedded-onnxruntime')))
    fs.rmSync(path.join(modules, name), { recursive: true })
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
    const installed = await outcomeOf(runtime, runtime.install, app, env)
    return installed.code === 0 ? tryScript(runtime, app, 'smoke.mjs') : failure(installed)
  })
}

async function tryScript(runtime, app, script) {
  const env = { EMBED: JSON.stringify(runtime.embeds === false ? null : EMBED) }
  const result = await outcomeOf(runtime, [...runtime.args, script], app, env)
  return result.code === 0 && result.output.includes('all is well') ? 'ok' : failure(result)
}

async function versionOf(runtime) {
  const { output } = await outcomeOf(runtime, ['--version'], root, {})
  return /\d+\.\d+\.\d+/.exec(output)?.[0]
}

function outcomeOf(runtime, args, cwd, env) {
  const [command, ...parameters] = [...runtime.command, binaryOf(runtime), ...args]
  const child = spawn(command, parameters, {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: runtime.command.length > 0 ? EMULATION_PATIENCE_MS : PATIENCE_MS,
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
    name.replace(/^(.+?)(?: \d+)?(?=$| on )/, `$1 ${version}`),
    ...columns.map((column) => outcomes[column] ?? '')
  ])
  for (const row of [['runtime', ...columns], columns.concat('').map(() => '---'), ...rows]) {
    console.log(`| ${row.join(' | ')} |`)
  }
}
