import { createRequire } from 'node:module'
import path from 'node:path'
import { SetupError } from '../lib/run.mjs'
import { checkBinary } from './binary-format.mjs'
import { readElf } from './elf.mjs'
import { binaryFile } from './manifests.mjs'

const require = createRequire(import.meta.url)
const { BINARIES, GLIBC, isOlder } = require('../../lib/platform.js')

/** The one symbol that Node.js looks for: what else was visible could get into the way of another library's. */
const EXPORTS = ['napi_register_module_v1']

/**
 * Refuses an addon that is not fit to be published for a platform: on Linux one that asks for a glibc newer than the
 * oldest that is supported, shows symbols of its own, or was not stripped.
 */
export function checkReleased(file, platform) {
  checkBinary(file, platform)
  const [os, , abi] = platform.split('-')
  if (os !== 'linux') return // Those have no versions of symbols, and linkers that hide and strip by themselves.
  const { versions, exports, isStripped } = readElf(file)
  const refuse = (reason) => {
    throw new SetupError(`${path.basename(file)} cannot be published for ${platform}: ${reason}`)
  }
  const glibc = versions.filter((version) => version.startsWith('GLIBC_')).map((version) => version.slice(6))
  if (abi === 'musl' && glibc.length > 0) refuse('it is linked with glibc')
  // Some versions are names, of what later ones can do.
  const newer = glibc.filter((version) => !/^\d/.test(version) || isOlder(GLIBC, version))
  if (newer.length > 0) refuse(`it asks for glibc ${newer.join(', ')}, and ${GLIBC} is what is supported`)
  const visible = exports.filter((name) => !EXPORTS.includes(name))
  if (visible.length > 0) refuse(`it shows symbols of its own: ${visible.join(', ')}`)
  if (!isStripped) refuse('it has symbols for debuggers')
}

/** Refuses a folder of addons unless each of them can be published. */
export function requireReleased(folder) {
  for (const platform of BINARIES) checkReleased(path.join(folder, binaryFile(platform)), platform)
}
