// Where the library of ONNX Runtime is, for this machine: `library` is undefined where there is none.
const { version } = require('./package.json')

const FILES = { win32: 'onnxruntime.dll', darwin: 'libonnxruntime.1.dylib', linux: 'libonnxruntime.so.1' }

const { platform, arch } = process

let library
try {
  library = require.resolve(`qdrant-embedded-onnxruntime-${platform}-${arch}/${FILES[platform]}`)
} catch {
  // Not made for this platform, or not installed.
}

module.exports = { library, version }
