const { abortable } = require('./abort.js')
const { defineClient } = require('./client.js')
const { defineError, nativeError } = require('./errors.js')
const { defineFolder } = require('./folder/index.js')
const { mapOnce } = require('./mappings.js')
const { migrate } = require('./migrate.js')
const native = require('./native.js')
const { isServer } = require('./options.js')
const { missingOnnxRuntime, onnxRuntime } = require('./onnx-runtime.js')

const runtime = onnxRuntime()
if (runtime) native.setOnnxRuntimePath(runtime.library)

native.onWarning((message) => process.emitWarning(message, { code: 'EXECUTION_PROVIDER_UNAVAILABLE' }))

/**
 * What this package exports, on top of a copy of the REST client: that package has one for `import` and one for
 * `require`, and a client of this package is an instance of the class that the same program gets from there.
 */
function definePackage(rest) {
  // The REST client does not export the class of its errors; what its operations reject with extends it.
  const { root } = new rest.QdrantClient({ checkCompatibility: false }).api()
  const QdrantError = defineError(Object.getPrototypeOf(root.Error))
  const QdrantClient = defineClient(rest, QdrantError)

  /**
   * Makes a native function reject with `QdrantError`, and before it is called, if `obstacle` gives an error. It takes a
   * `signal` among the options that are its last argument.
   */
  const adopt = (nativeFunction, obstacle = () => undefined) => {
    const adopted = async (...args) => {
      try {
        const error = obstacle()
        if (error) throw error
        const signal = args.at(-1)?.signal
        const call = () => nativeFunction(...args)
        return await (signal instanceof AbortSignal ? abortable(signal, call) : call())
      } catch (error) {
        throw QdrantError.from(error)
      }
    }
    return Object.defineProperty(adopted, 'name', { value: nativeFunction.name })
  }

  const noRuntime = () => missingOnnxRuntime(runtime)
  const open = adopt(native.connect)
  const connect = async (options = {}) => {
    if (isServer(options, rest.QdrantClientConfigError)) return new QdrantClient(options)
    mapOnce(options.preset)
    return new QdrantClient(options, await open(options))
  }

  const embedAllImages = adopt(native.embedImages, noRuntime)
  const embedUsableImages = adopt(native.embedUsableImages, noRuntime)
  const embedImages = async (images, options) => {
    const onError = options?.onError ?? 'throw'
    if (onError === 'throw') return embedAllImages(images, options)
    if (onError !== 'skip') {
      throw QdrantError.from(nativeError(400, `\`onError\` must be 'throw' or 'skip', not '${onError}'`))
    }
    const results = await embedUsableImages(images, options)
    const failed = (result) => typeof result === 'string'
    return {
      vectors: results.map((result) => (failed(result) ? null : result)),
      failures: results.flatMap((result, index) =>
        failed(result) ? { index, error: QdrantError.from(new Error(result)) } : []
      )
    }
  }
  const embedTexts = adopt(native.embedTexts, noRuntime)
  const splitText = adopt(native.splitText)

  return {
    QdrantClient,
    QdrantError,
    connect,
    downloadModel: adopt(native.downloadModel),
    embedImages,
    embedTexts,
    listModels: adopt(native.listModels),
    loadModel: adopt(native.loadModel, noRuntime),
    migrate,
    modelCacheDir: native.modelCacheDir,
    rerank: adopt(native.rerank, noRuntime),
    splitText,
    unloadModel: adopt(native.unloadModel),
    ...defineFolder({ embedImages, embedTexts, splitText })
  }
}

module.exports = { definePackage }
