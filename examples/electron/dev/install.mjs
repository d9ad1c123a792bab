// npm run setup: the tools of this example, and the package from the tarballs that `npm run pack` makes in the root of the
// repository, as long as it is not on npm.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const example = fileURLToPath(new URL('..', import.meta.url))
const tarballs = path.resolve(example, '../../npm/tarballs')

const files = fs.existsSync(tarballs) ? fs.readdirSync(tarballs).filter(isForHere) : []
if (files.length === 0) {
  console.error('There are no packages yet: run `npm run pack` in the root of the repository first')
  process.exit(1)
}
const args = [
  'install',
  '--no-save',
  '--no-audit',
  '--no-fund',
  ...files.map((file) => path.join(tarballs, file))
]
execFileSync(process.execPath, [process.env.npm_execpath, ...args], { cwd: example, stdio: 'inherit' })

/** Whether a tarball is for all machines or for this one. */
function isForHere(file) {
  if (!file.endsWith('.tgz') || file.includes('-none')) return false
  const [, machine] = /-((?:darwin|linux|win32)-[a-z0-9]+)/.exec(file) ?? []
  return machine === undefined || machine === `${process.platform}-${process.arch}`
}
