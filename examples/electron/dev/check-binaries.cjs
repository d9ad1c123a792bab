const { existsSync } = require('node:fs')
const { join } = require('node:path')

/**
 * Throws unless the addons for what is to be packaged are installed: npm installs that of this machine, and a program for
 * another processor would be made without one. `arch` is `x64`, `arm64` or `universal`.
 */
function checkBinaries(platform, arch, modules = join(__dirname, '../node_modules')) {
  if (platform !== 'darwin') return
  const processors = arch === 'universal' ? ['x64', 'arm64'] : [arch]
  const names = processors.map((processor) => `qdrant-embedded-darwin-${processor}`)
  const missing = names.filter((name) => !existsSync(join(modules, name)))
  if (missing.length > 0) {
    throw new Error(
      `Install what the program needs first: npm install --force --no-save ${missing.join(' ')}`
    )
  }
}

module.exports = { checkBinaries }
