/** Loads the addon: from this folder where it was built here, else from the package of this platform. */

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { BINARIES, GLIBC, isOlder, libc, platformName } = require('./platform.js')
const { name, version } = require('../package.json')

/** The addon; throws an error of code `BINARY_NOT_LOADED` that says what is wrong and, as `remedy`, what to do about it. */
function loadBinding() {
  try {
    return require('../binding.js')
  } catch (cause) {
    const { problem, remedy } = diagnose(cause)
    const error = new Error(`${problem}. ${remedy}`, { cause })
    throw Object.assign(error, { code: 'BINARY_NOT_LOADED', problem, remedy })
  }
}

function diagnose(error) {
  const platform = platformName()
  const library = libc()
  const here = library ? `${platform}, ${library.name} ${library.version ?? 'of unknown version'}` : platform
  if (!BINARIES.includes(platform)) {
    return {
      problem: `${name} has no binary for this platform (${here})`,
      remedy: `Use one of ${BINARIES.join(', ')}, or build it from source on this machine`
    }
  }
  const binary = `${name}-${platform}`
  if (isThere(binary, platform)) {
    return {
      problem: `The binary of ${name} for this platform (${here}) cannot be loaded: ${reason(error)}`,
      remedy: mend(binary, library)
    }
  }
  return {
    problem: `The package ${binary}, which holds the binary for this platform (${here}), is not installed`,
    remedy:
      `Reinstall ${name} on this machine and with optional dependencies, since node_modules or a lock file from ` +
      `another platform may lack it, or run \`npm install ${binary}@${version}\``
  }
}

function isThere(binary, platform) {
  if (existsSync(join(__dirname, '..', `${name}.${platform}.node`))) return true
  try {
    require.resolve(binary)
    return true
  } catch {
    return false
  }
}

/** The message of the loader that is about the binary that is there, rather than one of those that are not. */
function reason(error) {
  for (let cause = error.cause; cause; cause = cause.cause) {
    if (!/cannot find (module|package)/i.test(cause.message))
      return cause.message.split('\n')[0].replace(/\.$/, '')
  }
  return error.message
}

function mend(binary, library) {
  if (library?.name === 'glibc' && library.version && isOlder(library.version, GLIBC)) {
    return `It needs glibc ${GLIBC} or newer: use a newer system, or build it from source`
  }
  if (process.platform === 'win32') {
    return `Install the Microsoft Visual C++ Redistributable, or reinstall with \`npm install --force ${binary}@${version}\``
  }
  return `Reinstall it with \`npm install --force ${binary}@${version}\``
}

module.exports = { loadBinding }
