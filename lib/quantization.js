const { nativeError } = require('./errors.js')

/** The words for a quantization. The vectors themselves are on the disk then, if nothing else is said about them. */
const WORDS = {
  int8: { scalar: { type: 'int8', always_ram: true } },
  turbo4: { turbo: { bits: 'bits4', always_ram: true } }
}

/** The request for a collection, with settings for the words in it, as a server knows them. Throws a native error. */
function spelledOut({ vectors, ...args }) {
  const all = spelled(args, '')
  if (vectors === null || typeof vectors !== 'object')
    return vectors === undefined ? all : { ...all, vectors }
  const vector = (params, path) => {
    if (params === null || typeof params !== 'object') return params
    const isQuantized = isWord(params.quantization_config ?? args.quantization_config)
    const isPlaced = [params.on_disk, params.memory].some((value) => value !== undefined && value !== null)
    const own = spelled(params, path)
    return isQuantized && !isPlaced ? { ...own, on_disk: true } : own
  }
  return { ...all, vectors: 'size' in vectors ? vector(vectors, 'vectors.') : named(vectors, vector) }
}

/** The same of a change of a collection, which leaves its vectors where they are. */
function changeSpelledOut({ vectors, ...args }) {
  const all = spelled(args, '')
  return vectors === undefined ? all : { ...all, vectors: vectors && named(vectors, spelled) }
}

function named(vectors, change) {
  const entries = Object.entries(vectors).map(([name, params]) => [name, change(params, `vectors.${name}.`)])
  return Object.fromEntries(entries)
}

function spelled(settings, path) {
  const word = settings?.quantization_config
  if (!isWord(word)) return settings
  if (Object.hasOwn(WORDS, word)) return { ...settings, quantization_config: WORDS[word] }
  const words = Object.keys(WORDS).map((known) => `'${known}'`)
  throw nativeError(
    400,
    `Format error in JSON body: ${path}quantization_config: '${word}' is none of ${words.join(', ')}`
  )
}

/** The REST API has a word of its own, for changes. */
const isWord = (value) => typeof value === 'string' && value !== 'Disabled'

module.exports = { changeSpelledOut, spelledOut }
