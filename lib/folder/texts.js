const { createHash } = require('node:crypto')
const { readFile } = require('node:fs/promises')

const { FileError } = require('./failure.js')

/** Texts: a point for each chunk of a file, with the text of the chunk. */
const texts = {
  name: 'text',
  plural: 'texts',
  pathKey: 'text_path',
  isChunked: true,
  defaultModel: 'Qdrant/all-MiniLM-L6-v2-onnx',
  maxFileSize: 8e6,
  bytesAtOnce: 8e6,
  filesAtOnce: 32,

  /** The content of a file and its hash. */
  async read({ file }) {
    const bytes = await readFile(file)
    return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes }
  },

  /** What of a file is embedded, and what is stored of that besides: its chunks, and where they are. */
  async inputs(_file, { bytes }, splitText, options) {
    const chunks = await splitText(decode(bytes), options)
    return chunks.map(({ text, start, end }, chunk) => ({
      input: text,
      chunk,
      content: { chunk, chunks: chunks.length, text, start, end }
    }))
  },

  embed({ embedTexts }, inputs, options) {
    return embedTexts(inputs, options)
  }
}

/** The text of a file: UTF-16 if it says so, else UTF-8, else Windows-1252, which was the usual one before that. */
function decode(bytes) {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0
  if (mark === 0xfffe) return new TextDecoder('utf-16le').decode(bytes)
  if (mark === 0xfeff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0)) throw new FileError('it is no text', { isOfContent: true })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

module.exports = { texts }
