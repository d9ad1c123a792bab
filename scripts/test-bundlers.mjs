// npm run test:bundlers: an application in bundles of esbuild, Vite and webpack, with the settings of docs/bundling.md, and
// the packages beside it. Not part of `npm test`, since it downloads the bundlers; they are kept in the cache.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { cleanEnvironment, EMBED, makeApp } from '../__test__/package/app.mjs'
import { ensureDependencies } from './lib/dependencies.mjs'
import { npm } from './lib/npm.mjs'
import { cacheDir } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { main, note, output, SetupError } from './lib/run.mjs'
import { packHere } from './packages/local-packages.mjs'
import { withRegistry } from './packages/registry.mjs'

const BUNDLERS = ['esbuild@0.28.2', 'vite@8.3.8', 'webpack@5.112.2']
const PACKAGE = 'qdrant-embedded'
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
/** What of the package stays outside of a bundle that holds its JavaScript. */
const BINARIES = ['qdrant-embedded-*', 'onnxruntime-node', '*.node']

const here = path.join(cacheDir, 'bundlers')

/** Ways to make a bundle: each writes `out` of the script that `entry` names. */
const WAYS = {
  'esbuild, CommonJS, package outside': esbuild('smoke.cjs', 'cjs', [PACKAGE]),
  'esbuild, ES module, package outside': esbuild('smoke.mjs', 'esm', [PACKAGE]),
  'esbuild, CommonJS, binaries outside': esbuild('smoke.cjs', 'cjs', BINARIES),
  'esbuild, ES module, binaries outside': esbuild('smoke.mjs', 'esm', BINARIES),
  'Vite, build.ssr': vite({ build: { ssr: true } }),
  'Vite, build.ssr with noExternal': vite({
    build: { ssr: true },
    ssr: { noExternal: true, external: [PACKAGE] }
  }),
  'Vite, build.lib': vite({
    build: {
      lib: { formats: ['es'] },
      target: 'node20',
      // Part of the application is CommonJS.
      rollupOptions: { external: [PACKAGE, /^node:/], output: { banner: REQUIRE } }
    }
  }),
  'webpack, CommonJS': webpack('smoke.cjs', 'bundle.cjs', {
    externals: { [PACKAGE]: `commonjs ${PACKAGE}` }
  }),
  'webpack, ES module': webpack('smoke.mjs', 'bundle.mjs', {
    externals: { [PACKAGE]: `module ${PACKAGE}` },
    experiments: { outputModule: true }
  })
}

await main(async () => {
  const binaries = parsed()
  if (binaries) await ensureDependencies()
  else await prepare()
  await fetchBundlers()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qdrant-embedded-bundlers-'))
  try {
    const packages = await packHere(folder, { binaries })
    const app = path.join(folder, 'app')
    await withRegistry(packages, (registry) => makeApp(app, registry))
    let allPass = true
    for (const [name, bundle] of Object.entries(WAYS)) {
      const outcome = await tryBundle(app, bundle)
      console.log(`${name}: ${outcome}`)
      allPass &&= outcome === 'ok'
    }
    if (!allPass) throw new SetupError('Not every bundle works')
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})

function parsed() {
  try {
    const { binaries } = parseArgs({ options: { binaries: { type: 'string' } } }).values
    return binaries && path.resolve(binaries)
  } catch (error) {
    const usage = 'Usage: npm run test:bundlers [-- --binaries <folder with the addons>]'
    throw new SetupError(`${error.message}\n${usage}`)
  }
}

async function fetchBundlers() {
  const stamp = path.join(here, 'installed')
  const wanted = BUNDLERS.join(' ')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  note(`Installing ${wanted}`)
  fs.mkdirSync(here, { recursive: true })
  fs.writeFileSync(path.join(here, 'package.json'), '{ "private": true }')
  await npm(['install', ...BUNDLERS, '--no-audit', '--no-fund'], { cwd: here, env: cleanEnvironment() })
  fs.writeFileSync(stamp, wanted)
}

async function tryBundle(app, bundle) {
  const out = path.join(app, 'bundle')
  fs.rmSync(out, { recursive: true, force: true })
  try {
    await bundle(app, out)
  } catch (error) {
    return `no bundle: ${error.message}`
  }
  const [script] = fs.readdirSync(out).filter((file) => /^bundle\.[cm]?js$/.test(file))
  const env = cleanEnvironment({ EMBED: JSON.stringify(EMBED) })
  const printed = output(process.execPath, [path.join(out, script)], env)
  return printed === 'all is well\n' ? 'ok' : 'the bundle does not work'
}

function load(name) {
  return import(pathToFileURL(createRequire(path.join(here, 'package.json')).resolve(name)))
}

function esbuild(entry, format, external) {
  return async (app, out) => {
    const { build } = await load('esbuild')
    await build({
      absWorkingDir: app,
      entryPoints: [entry],
      outfile: path.join(out, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs'),
      bundle: true,
      platform: 'node',
      format,
      external,
      banner: format === 'esm' ? { js: REQUIRE } : {},
      logLevel: 'error'
    })
  }
}

function vite({ build, ssr }) {
  return async (app, out) => {
    const vite = await load('vite')
    const entry = path.join(app, 'smoke.mjs')
    const options = build.lib
      ? { ...build, lib: { ...build.lib, entry, fileName: 'bundle' } }
      : { ...build, ssr: entry }
    const rollupOptions = {
      ...build.rollupOptions,
      ...(build.ssr && { output: { entryFileNames: 'bundle.mjs' } })
    }
    await vite.build({
      root: app,
      configFile: false,
      logLevel: 'error',
      ssr,
      build: { ...options, rollupOptions, outDir: out }
    })
  }
}

function webpack(entry, filename, settings) {
  return async (app, out) => {
    const { default: pack } = await load('webpack')
    const isModule = settings.experiments?.outputModule
    const compiler = pack({
      context: app,
      entry: `./${entry}`,
      mode: 'production',
      target: 'node',
      output: { path: out, filename, ...(isModule && { module: true, library: { type: 'module' } }) },
      ...settings
    })
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolve(result)))
    )
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'))
  }
}
