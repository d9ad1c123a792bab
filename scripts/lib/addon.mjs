import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDir, root } from './paths.mjs'
import { minutes, note, run } from './run.mjs'

const ADDONS_KEPT = 4
const UNFINISHED = 'unfinished-'
const ABANDONED_MS = 24 * 3600 * 1000
const addonsDir = path.join(cacheDir, 'addons')

/** What is generated beside the addon: its loader and the package's types. They are committed. */
export const GENERATED = ['binding.js', 'index.d.ts']

/**
 * Puts the addon of this checkout's sources and its generated files into the checkout: from the cache if these
 * sources were built before, wherever that was.
 */
export async function ensureAddon(rust) {
  let built = folderOf(rust)
  while (!fs.existsSync(built)) {
    const folder = await build(rust)
    // What was compiled counts only if nobody changed the sources meanwhile, or built the same ones.
    if (folderOf(rust) === built && !fs.existsSync(built)) fs.renameSync(folder, built)
    else fs.rmSync(folder, { recursive: true })
    built = folderOf(rust)
  }
  for (const file of fs.readdirSync(built)) install(path.join(built, file), path.join(root, file))
  const now = new Date()
  fs.utimesSync(built, now, now)
  removeOldest()
}

async function build(rust) {
  note(
    `Building the addon with Rust ${rust.release}. The first time compiles the Qdrant engine and all it uses:`
  )
  note('about 15 minutes on two cores, once per machine; it is kept in the cache from then on.')
  const started = Date.now()
  fs.mkdirSync(addonsDir, { recursive: true })
  const folder = fs.mkdtempSync(path.join(addonsDir, UNFINISHED))
  try {
    await compile(rust, folder)
  } catch (error) {
    fs.rmSync(folder, { recursive: true })
    throw error
  }
  note(`Built in ${minutes(Date.now() - started)}`)
  return folder
}

/**
 * As `napi build` does it, except that cargo compiles where it always does: that command passes `--target`, which has a
 * folder of its own, so that the tests would compile the engine once more.
 */
async function compile(rust, folder) {
  const { generateTypeDef, parseTriple, readNapiConfig, writeJsBinding } = await import('@napi-rs/cli')
  const typeDefDir = path.join(folder, 'types')
  fs.mkdirSync(typeDefDir)
  const env = { ...rust.env, NAPI_TYPE_DEF_TMP_FOLDER: typeDefDir }
  // Always the whole workspace: one set of features, so that no other cargo command compiles anything anew.
  const args = ['build', '--release', '--workspace', ...(process.env.CI ? ['--locked'] : [])]
  await run(rust.cargo, args, { env, patience: 'Compiling' })

  const config = await readNapiConfig(path.join(root, 'package.json'))
  const { platformArchABI } = parseTriple(rust.host)
  const library = path.join(env.CARGO_TARGET_DIR, 'release', libraryName())
  fs.copyFileSync(library, path.join(folder, `${config.binaryName}.${platformArchABI}.node`))
  const { dts, exports } = await generateTypeDef({
    typeDefDir,
    cwd: root,
    configDtsHeader: config.dtsHeader,
    configDtsHeaderFile: config.dtsHeaderFile
  })
  fs.writeFileSync(path.join(folder, 'index.d.ts'), dts)
  await writeJsBinding({
    platform: true,
    idents: exports,
    jsBinding: 'binding.js',
    binaryName: config.binaryName,
    packageName: config.packageName,
    version: config.packageJson.version,
    outputDir: folder
  })
  fs.rmSync(typeDefDir, { recursive: true })
}

function libraryName() {
  const [, crate] = /^\[package\]\nname = "(.+)"/m.exec(
    fs.readFileSync(path.join(root, 'Cargo.toml'), 'utf8')
  )
  const name = crate.replaceAll('-', '_')
  return { win32: `${name}.dll`, darwin: `lib${name}.dylib` }[process.platform] ?? `lib${name}.so`
}

/** The folder in the cache for the addon of the sources as they are now. */
function folderOf(rust) {
  const hash = createHash('sha256')
  const add = (name, content) => hash.update(`${name}\0${content.length}\0`).update(content)
  const { name, version, napi } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const cli = JSON.parse(fs.readFileSync(path.join(root, 'node_modules/@napi-rs/cli/package.json'), 'utf8'))
  add('package', JSON.stringify({ name, version, napi, cli: cli.version }))
  add('rustc', rust.description)
  add('build', fs.readFileSync(fileURLToPath(import.meta.url)))
  for (const file of rustSources()) add(file, fs.readFileSync(path.join(root, file)))
  return path.join(addonsDir, hash.digest('hex').slice(0, 32))
}

function rustSources() {
  const crates = ['.', 'engine', 'embedding']
  const files = crates.flatMap((crate) => [
    ...['Cargo.toml', 'Cargo.lock', 'build.rs'].map((file) => path.join(crate, file)),
    ...fs
      .readdirSync(path.join(root, crate, 'src'), { recursive: true })
      .map((file) => path.join(crate, 'src', file))
  ])
  return files
    .filter((file) => fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile())
    .sort()
}

/** Copies a file unless it is there already; a process that has the old one loaded keeps it. */
function install(from, to) {
  const [source, target] = [from, to].map((file) => fs.statSync(file, { throwIfNoEntry: false }))
  if (target && target.size === source.size && fs.readFileSync(from).equals(fs.readFileSync(to))) return
  const copy = `${to}.${process.pid}.new`
  fs.copyFileSync(from, copy)
  fs.renameSync(copy, to)
}

function removeOldest() {
  const used = (name) => fs.statSync(path.join(addonsDir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const names = fs.readdirSync(addonsDir).sort((a, b) => used(b) - used(a))
  const finished = names.filter((name) => !name.startsWith(UNFINISHED))
  const abandoned = names.filter(
    (name) => name.startsWith(UNFINISHED) && used(name) < Date.now() - ABANDONED_MS
  )
  for (const name of [...finished.slice(ADDONS_KEPT), ...abandoned]) {
    fs.rmSync(path.join(addonsDir, name), { recursive: true, force: true })
  }
}
