const { defineClient } = require('./client.js')
const { defineError } = require('./errors.js')
const { migrate } = require('./migrate.js')
const native = require('./native.js')
const { isServer } = require('./options.js')
const { onnxRuntimeLibrary } = require('./onnx-runtime.js')

const library = onnxRuntimeLibrary()
if (library) native.setOnnxRuntimePath(library)

/**
 * What this package exports, on top of a copy of the REST client: that package has one for `import` and one for
 * `require`, and a client of this package is an instance of the class that the same program gets from there.
 */
function definePackage(rest) {
  // The REST client does not export the class of its errors; what its operations reject with extends it.
  const { root } = new rest.QdrantClient({ checkCompatibility: false }).api()
  const QdrantError = defineError(Object.getPrototypeOf(root.Error))
  const QdrantClient = defineClient(rest, QdrantError)

  /** Makes a native function reject with `QdrantError`. */
  const adopt = (nativeFunction) => {
    const adopted = async (...args) => {
      try {
        return await nativeFunction(...args)
      } catch (error) {
        throw QdrantError.from(error)
      }
    }
    return Object.defineProperty(adopted, 'name', { value: nativeFunction.name })
  }

  const open = adopt(native.connect)
  const connect = async (options = {}) =>
    isServer(options, rest.QdrantClientConfigError)
      ? new QdrantClient(options)
      : new QdrantClient(options, await open(options))

  return {
    QdrantClient,
    QdrantError,
    connect,
    embedImages: adopt(native.embedImages),
    embedTexts: adopt(native.embedTexts),
    migrate,
    modelCacheDir: native.modelCacheDir,
    unloadModel: adopt(native.unloadModel)
  }
}

module.exports = { definePackage }
