// Installs the packages that this one is compared with, in this folder.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../../scripts/lib/npm.mjs'
import { note, SetupError } from '../../scripts/lib/run.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))
const stamp = path.join(folder, 'node_modules', '.installed')

/** Those that come without binaries; they are compiled here, where Python and a C++ compiler are. */
const COMPILED = ['better-sqlite3', 'hnswlib-node']

const QUIET = ['--loglevel=error', '--no-audit', '--no-fund']

/** Installs what package.json says, unless exactly that was installed here before. */
export async function ensurePeers() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync(path.join(folder, 'package.json')))
    .digest('hex')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  note('Installing the packages to compare with: 700 MB, most of it optional packages of LanceDB')
  const commands = [
    ['install', '--no-package-lock', '--ignore-scripts'],
    ...COMPILED.map((name) => ['rebuild', name, '--ignore-scripts=false'])
  ]
  const failures = []
  for (const command of commands) {
    try {
      await npm([...command, ...QUIET], { cwd: folder })
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(error.message.split('\n').filter((line) => !line.startsWith('npm warn'))[0])
    }
  }
  if (failures.length > 0) note(`${failures.join('; ')}: going on with what is installed`)
  else fs.writeFileSync(stamp, wanted)
}

/** The version of an installed package. */
export function versionOf(name) {
  const manifest = path.join(folder, 'node_modules', name, 'package.json')
  return fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')).version : undefined
}
