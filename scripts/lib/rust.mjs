import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { cacheDir, root } from './paths.mjs'
import { note, output, run, SetupError } from './run.mjs'

const DEBIAN_PACKAGES = ['rustc-web', 'cargo-web', 'rust-web-clippy', 'rustfmt-web']
const minimum = /^rust-version = "([\d.]+)"/m.exec(fs.readFileSync(path.join(root, 'Cargo.toml'), 'utf8'))[1]

/**
 * The Rust to build with: that on PATH, the newest release among rustup's, the system's own, or one installed from
 * Debian's packages. `env` is what every cargo command has to run with.
 */
export async function ensureRust() {
  ensureCompiler()
  const rust = findRust() ?? ((await installDebianPackages(DEBIAN_PACKAGES)) ? findRust() : null)
  if (!rust) throw new SetupError(howToGetRust())
  return {
    ...rust,
    env: {
      ...process.env,
      PATH: [rust.bin, process.env.PATH].join(path.delimiter),
      CARGO_TARGET_DIR: path.join(cacheDir, 'target')
    }
  }
}

/** The paths of clippy and rustfmt beside this Rust, or null where they cannot be had. */
export async function ensureLintTools(rust) {
  const find = () => {
    const tools = {
      clippy: path.join(rust.bin, exe('cargo-clippy')),
      fmt: path.join(rust.bin, exe('cargo-fmt'))
    }
    const usable = Object.values(tools).every((tool) => output(tool, ['--version'], rust.env) !== null)
    return usable ? tools : null
  }
  const isDebians = rust.bin === '/usr/bin'
  return find() ?? (isDebians && (await installDebianPackages(DEBIAN_PACKAGES)) ? find() : null)
}

function findRust() {
  for (const bin of candidates()) {
    const description = output(path.join(bin, exe('rustc')), ['-vV'])
    const release = description && /^release: (.+)$/m.exec(description)?.[1]
    const cargo = path.join(bin, exe('cargo'))
    if (release && isAtLeast(release, minimum) && fs.existsSync(cargo)) {
      const host = /^host: (.+)$/m.exec(description)[1]
      return { bin, cargo, release, host, description }
    }
  }
  return null
}

function* candidates() {
  const onPath = whereOnPath('rustc')
  if (onPath) yield onPath
  const cargoHome = process.env.CARGO_HOME || path.join(os.homedir(), '.cargo')
  yield path.join(cargoHome, 'bin')
  yield* rustupReleases()
  if (process.platform !== 'win32') yield '/usr/bin'
}

function rustupReleases() {
  const toolchains = path.join(process.env.RUSTUP_HOME || path.join(os.homedir(), '.rustup'), 'toolchains')
  if (!fs.existsSync(toolchains)) return []
  // A nightly is used only by those who made it their default: it then was on PATH.
  return fs
    .readdirSync(toolchains)
    .filter((name) => /^(stable|\d)/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => path.join(toolchains, name, 'bin'))
}

function ensureCompiler() {
  if (process.platform === 'win32' || process.env.CC || whereOnPath('cc')) return
  const remedy = process.platform === 'darwin' ? 'xcode-select --install' : 'apt-get install gcc libc6-dev'
  throw new SetupError(
    `A C compiler is needed to build the addon, and no \`cc\` is on PATH. Install one, for example: ${remedy}`
  )
}

async function installDebianPackages(packages) {
  if (process.platform !== 'linux' || process.getuid() !== 0 || !whereOnPath('apt-get')) return false
  note(`Installing ${packages.join(', ')} (apt-get)`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env })
    return true
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    note(error.message)
    return false
  }
}

function howToGetRust() {
  const found = [...candidates()]
    .map((bin) => [bin, output(path.join(bin, exe('rustc')), ['--version'])?.trim()])
    .filter(([, version]) => version)
    .map(([bin, version]) => `  found, but too old: ${version} in ${bin}`)
  const remedy = whereOnPath('rustup')
    ? 'Run: rustup update stable'
    : 'Install it from https://rustup.rs, or on Debian as root: apt-get install rustc-web cargo-web'
  return [`Rust ${minimum} or newer is needed to build the addon.`, ...new Set(found), remedy].join('\n')
}

function isAtLeast(version, wanted) {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0
}

function whereOnPath(command) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute)
  return folders.find((folder) => fs.existsSync(path.join(folder, exe(command))))
}

function exe(name) {
  return process.platform === 'win32' ? `${name}.exe` : name
}
