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
    const results = new Array(inputs.length)
    let left = inputs.map((input, index) => ({ input, index }))
    while (left.length > 0) {
      try {
        const vectors = await embedImages(
          left.map(({ input }) => input),
          options
        )
        left.forEach(({ index }, i) => {
          results[index] = vectors[i]
        })
        left = []
      } catch (error) {
        const about = /^image (\d+) \(.*?\): (.*)$/s.exec(error.message)
        if (!about) throw error
        const [{ index }] = left.splice(Number(about[1]), 1)
        results[index] = new FileError(about[2], { isOfContent: true, cause: error })
      }
    }
    return results
  }
}

module.exports = { images }
