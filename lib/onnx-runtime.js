/** ONNX Runtime, which runs the models: a library that an application without embeddings can do without. */

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { nativeError } = require('./errors.js')
const { ONNX_RUNTIMES, platformName } = require('./platform.js')

/** The package that brings the library. */
const PACKAGE = 'qdrant-embedded-onnxruntime'

/** Its version that holds nothing. */
const LEFT_OUT = '0.0.0-none'

const LIBRARY_VARIABLE = 'ORT_DYLIB_PATH'

/**
 * The library of that package; where that is not installed, the one of `onnxruntime-node`, which applications may use
 * beside this package. Its path, its version, and the package that it is of; `undefined` where there is neither.
 */
function onnxRuntime() {
  return ofPackage() ?? ofOnnxRuntimeNode()
}

function ofPackage() {
  let found
  try {
    found = require(PACKAGE)
  } catch {
    return undefined
  }
  return found.library && { library: outsideArchive(found.library), version: found.version, from: PACKAGE }
}

function ofOnnxRuntimeNode() {
  let manifest
  try {
    manifest = require.resolve('onnxruntime-node/package.json')
  } catch {
    return undefined
  }
  const folder = join(manifest, '../bin/napi-v6', process.platform, process.arch)
  const names = ['libonnxruntime.so.1', 'libonnxruntime.1.dylib', 'onnxruntime.dll']
  const library = names.map((name) => outsideArchive(join(folder, name))).find(existsSync)
  // Linux with musl would find the library for glibc there.
  if (!library || !ONNX_RUNTIMES.includes(platformName())) return undefined
  return { library, version: require(manifest).version, from: 'onnxruntime-node' }
}

/** Whether an override has the empty version of the package take its place. */
function isLeftOut() {
  try {
    return require(`${PACKAGE}/package.json`).version === LEFT_OUT
  } catch {
    return false
  }
}

/** The operating system cannot load a library from inside of Electron's archive: there it is unpacked beside. */
function outsideArchive(file) {
  return file.replace(/\.asar(?=[\\/])/, '.asar.unpacked')
}

/** The error of the embedding functions where there is no library, `undefined` where there is one. */
function missingOnnxRuntime(runtime) {
  if (runtime || process.env[LIBRARY_VARIABLE]) return undefined
  const platform = platformName()
  let install = `run \`npm install ${PACKAGE}\`, or`
  if (!ONNX_RUNTIMES.includes(platform)) install = `there is no package of it for ${platform}:`
  else if (isLeftOut()) install = `remove the override of ${PACKAGE} from package.json and install anew, or`
  const remedy = `${install} set the environment variable ${LIBRARY_VARIABLE} to the absolute path of its library, version 1.24 or later`
  const message = `ONNX Runtime, which runs the models, is not installed: ${remedy}`
  return nativeError(500, message, { code: 'ONNX_RUNTIME_MISSING', remedy })
}

module.exports = { LEFT_OUT, LIBRARY_VARIABLE, PACKAGE, missingOnnxRuntime, onnxRuntime }
