const { existsSync } = require('node:fs')
const { join } = require('node:path')

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

module.exports = { onnxRuntimeLibrary }
