import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { npmCommand } from './npm.mjs'
import { root } from './paths.mjs'
import { note, run } from './run.mjs'

const stamp = path.join(root, 'node_modules', '.qdrant-embedded-lock')

/** Installs the npm dependencies of package-lock.json, unless exactly these were installed here before. */
export async function ensureDependencies() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  note('Installing the npm dependencies (npm ci)')
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund']
  await run(...npmCommand(args))
  fs.writeFileSync(stamp, wanted)
}
