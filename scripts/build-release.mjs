// npm run build:release: the addon as it is published, with all optimisations, for this machine or another one.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDependencies } from './lib/dependencies.mjs'
import { compilerFlags } from './lib/old-processors.mjs'
import { root } from './lib/paths.mjs'
import { main, note, output, run, SetupError } from './lib/run.mjs'
import { ensureRust } from './lib/rust.mjs'
import { binaryFile, source } from './packages/manifests.mjs'
import { checkReleased } from './packages/released.mjs'

const { GLIBC } = createRequire(import.meta.url)('../lib/platform.js')
const CRATE = 'qdrant-embedded-node'
const PROFILE = 'dist'

const USAGE = `Usage: npm run build:release [-- --target <triple> --out <folder>]

  --target <triple>   what to build for (default: this machine): ${source.napi.targets.join(', ')}
  --out <folder>      where to put the addon (default: this checkout, where the tests and npm run pack take it from)`

await main(async () => {
  const options = parsed()
  await ensureDependencies()
  const rust = await ensureRust()
  const target = options.target ?? rust.host
  if (!source.napi.targets.includes(target)) throw new SetupError(`Unknown target '${target}'\n${USAGE}`)
  const { parseTriple } = await import('@napi-rs/cli')
  const { platformArchABI: platform } = parseTriple(target)

  const built = await compile(rust, target)
  const file = path.join(path.resolve(options.out), binaryFile(platform))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.copyFileSync(built, file)
  checkReleased(file, platform)
  note(`${file}: ${(fs.statSync(file).size / 1e6).toFixed(1)} MB`)
})

/**
 * Compiles the addon alone, for the oldest glibc that is supported where that matters: Zig, as the linker, brings the
 * symbols of each version for every processor. Returns the library's path.
 */
async function compile(rust, target) {
  const isGnu = target.endsWith('-linux-gnu')
  const env = { ...rust.env, ...compilerFlags(target) }
  // A library for Node.js is loaded into a process that has musl already.
  if (target.endsWith('-musl')) env.RUSTFLAGS = `${env.RUSTFLAGS ?? ''} -C target-feature=-crt-static`.trim()
  if (isGnu) ensureZig(rust)
  const args = [
    ...(isGnu ? ['zigbuild', '--target', `${target}.${GLIBC}`] : ['build', '--target', target]),
    ...['--profile', PROFILE, '--package', CRATE, '--locked']
  ]
  await run(rust.cargo, args, { env, patience: 'Compiling' })
  return path.join(env.CARGO_TARGET_DIR, target, PROFILE, libraryName(target))
}

function ensureZig({ env }) {
  if (output('cargo-zigbuild', ['--version'], env) !== null) return
  throw new SetupError(
    'cargo-zigbuild links for the oldest glibc, and is missing: cargo install --locked cargo-zigbuild@0.24.1'
  )
}

function libraryName(target) {
  const name = CRATE.replaceAll('-', '_')
  if (target.includes('-windows-')) return `${name}.dll`
  return target.includes('-apple-') ? `lib${name}.dylib` : `lib${name}.so`
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: { target: { type: 'string' }, out: { type: 'string', default: root } }
    })
    return values
  } catch (error) {
    throw new SetupError(`${error.message}\n${USAGE}`)
  }
}
