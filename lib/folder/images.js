const { createHash } = require('node:crypto')
const { createReadStream } = require('node:fs')
const { pipeline } = require('node:stream/promises')

const { FileError } = require('./failure.js')

/** Images: one point for each, without its content. */
const images = {
  name: 'image',
  plural: 'images',
  pathKey: 'image_path',
  isChunked: false,
  defaultModel: 'clip',
  // What the decoder takes.
  maxFileSize: 512e6,
  // Their content is not kept in memory.
  bytesAtOnce: Infinity,
  filesAtOnce: 16,

  /** The hash of a file's content. */
  async read({ file }) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    return { sha256: hash.digest('hex') }
  },

  /** What of a file is embedded, and what is stored of that besides: all of it, and nothing. */
  async inputs({ file }) {
    return [{ input: file, content: {} }]
  },

  /** For each image a vector, or a `FileError`. */
  async embed({ embedImages }, inputs, options) {
    const { vectors, failures } = await embedImages(inputs, { ...options, onError: 'skip' })
    for (const { index, error } of failures) {
      // The file is told beside the reason.
      const reason = error.message.replace(/^image \d+ \(.*?\): /s, '')
      vectors[index] = new FileError(reason, { isOfContent: true, cause: error })
    }
    return vectors
  }
}

module.exports = { images }
