const { existsSync } = require('node:fs')
const { join } = require('node:path')

const native = require('./binding.js')
const { QdrantError, adoptClient, adoptFunction } = require('./client.js')

const library = onnxRuntimeLibrary()
if (library) native.setOnnxRuntimePath(library)

module.exports.QdrantClient = adoptClient(native.QdrantClient)
module.exports.QdrantError = QdrantError
module.exports.connect = adoptFunction(native.connect)
module.exports.embedImages = adoptFunction(native.embedImages)
module.exports.embedTexts = adoptFunction(native.embedTexts)
module.exports.unloadModel = adoptFunction(native.unloadModel)
module.exports.modelCacheDir = native.modelCacheDir
module.exports.migrate = require('./migrate.js').migrate

/** The ONNX Runtime library of the npm package `onnxruntime-node`, where it is installed. */
function onnxRuntimeLibrary() {
  let folder
  try {
    folder = join(
      require.resolve('onnxruntime-node/package.json'),
      '../bin/napi-v6',
      process.platform,
      process.arch
    )
  } catch {
    return undefined // The embedding functions say what is missing when they are called.
  }
  const names = ['libonnxruntime.so.1', 'libonnxruntime.1.dylib', 'onnxruntime.dll']
  return names.map((name) => join(folder, name)).find(existsSync)
}
