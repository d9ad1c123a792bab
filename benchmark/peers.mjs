// Installs the packages that this one is compared with, in the folder whose package.json names them.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { npm } from '../scripts/lib/npm.mjs'
import { note, SetupError } from '../scripts/lib/run.mjs'

const QUIET = ['--loglevel=error', '--no-audit', '--no-fund']

export class Peers {
  #folder
  #size
  #compiled

  /** `size` tells people how much it is; `compiled` are those that come without binaries, to be compiled here. */
  constructor(folder, { size, compiled = [] }) {
    this.#folder = folder
    this.#size = size
    this.#compiled = compiled
  }

  /** Installs what package.json says, unless exactly that was installed here before. */
  async ensure() {
    const stamp = path.join(this.#folder, 'node_modules', '.installed')
    const wanted = createHash('sha256')
      .update(fs.readFileSync(path.join(this.#folder, 'package.json')))
      .digest('hex')
    if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
    note(`Installing the packages to compare with: ${this.#size}`)
    const commands = [
      ['install', '--no-package-lock', '--ignore-scripts'],
      ...this.#compiled.map((name) => ['rebuild', name, '--ignore-scripts=false'])
    ]
    const failures = []
    for (const command of commands) {
      try {
        await npm([...command, ...QUIET], { cwd: this.#folder })
      } catch (error) {
        if (!(error instanceof SetupError)) throw error
        failures.push(error.message.split('\n').filter((line) => !line.startsWith('npm warn'))[0])
      }
    }
    if (failures.length > 0) note(`${failures.join('; ')}: going on with what is installed`)
    else fs.writeFileSync(stamp, wanted)
  }

  /** The version of an installed package. */
  versionOf(name) {
    const manifest = path.join(this.#folder, 'node_modules', name, 'package.json')
    return fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')).version : undefined
  }
}
