import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './markdown.mjs'

/** Makes programs in a folder find this package, and those that it is developed with. */
export function installPackages(folder) {
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  const link = (from, name) => symlinkSync(from, join(modules, name), 'junction')
  link(root, 'qdrant-embedded')
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) link(join(root, 'node_modules', name), name)
  }
}
