/** The machine that this process runs on, as far as binaries are made for it. */

const { spawnSync } = require('node:child_process')

/** The platforms that there is a binary for: those of `napi.targets` in package.json. */
const BINARIES = [
  'win32-x64-msvc',
  'win32-arm64-msvc',
  'darwin-x64',
  'darwin-arm64',
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl'
]

/** Those that there is a package of ONNX Runtime for: what its makers publish. */
const ONNX_RUNTIMES = [
  'win32-x64-msvc',
  'win32-arm64-msvc',
  'darwin-arm64',
  'linux-x64-gnu',
  'linux-arm64-gnu'
]

/** The oldest glibc that the binaries work with. */
const GLIBC = '2.28'

/** The name of this platform, as in the names of the packages of binaries. */
function platformName() {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${libc().name === 'musl' ? 'musl' : 'gnu'}`
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

/** The C library of Linux, `glibc` or `musl`, with its version if that is known; `undefined` elsewhere. */
function libc() {
  if (process.platform !== 'linux') return undefined
  const version = glibcOfReport()
  if (version) return { name: 'glibc', version }
  // The loader of musl writes to stderr, and fails.
  const { stdout, stderr } = spawnSync('ldd', ['--version'], { encoding: 'utf8' })
  const text = `${stdout ?? ''}\n${stderr ?? ''}`
  if (text.includes('musl')) return { name: 'musl', version: /Version (\S+)/.exec(text)?.[1] }
  return { name: 'glibc', version: /^ldd .* (\d+\.\d+)$/m.exec(text)?.[1] }
}

function glibcOfReport() {
  const { report } = process
  if (!report?.getReport) return undefined // Not every runtime has it.
  const { excludeNetwork } = report
  report.excludeNetwork = true // Looking up host names may take seconds.
  try {
    return report.getReport()?.header?.glibcVersionRuntime
  } finally {
    report.excludeNetwork = excludeNetwork
  }
}

/** Whether the version `one` is older than `other`, both of the form `2.28`. */
function isOlder(one, other) {
  const [[major, minor], [otherMajor, otherMinor]] = [one, other].map((text) => text.split('.').map(Number))
  return major !== otherMajor ? major < otherMajor : minor < otherMinor
}

module.exports = { BINARIES, GLIBC, ONNX_RUNTIMES, isOlder, libc, platformName }
