const { abortable } = require('../abort.js')
const { FileCollection } = require('./collection.js')
const { kindsOf } = require('./kinds.js')
const { resolveModel, textPartner } = require('./model.js')
const { check, embeddingOptions, kindOptions, wholeNumber } = require('./options.js')

const DEFAULT_LIMIT = 10

/** Finds indexed files that are like an image, or that words are about. */
async function searchFiles(client, query, options = {}, functions) {
  check(options)
  const { limit = DEFAULT_LIMIT, filter, onProgress = () => {}, signal } = options
  const asked = readQuery(query)
  const search = {
    ...asked,
    client,
    functions,
    signal,
    request: { limit: wholeNumber('limit', limit, 1), filter, with_payload: true },
    embedding: {
      ...embeddingOptions(options),
      onProgress: (progress) => progress.phase === 'download' && onProgress(progress)
    }
  }
  const found = { images: null, texts: null }
  const obstacles = []
  for (const { kind, settings } of kindsOf(kindOptions(options))) {
    if (asked.image && kind.name !== 'image') continue
    signal?.throwIfAborted()
    const result = await searchKind(search, kind, settings)
    if (typeof result === 'string') obstacles.push(result)
    else found[kind.plural] = result
  }
  if (!found.images && !found.texts) throw new Error(await explain(client, obstacles))
  return found
}

/** The matches of one kind, or why it has none. */
async function searchKind({ client, image, text, functions, signal, request, embedding }, kind, settings) {
  const asked = settings.model === undefined ? undefined : await resolveModel(kind.name, settings.model)
  const collection = await FileCollection.open(client, kind, settings.collection, asked)
  const { name, model, size } = collection
  if (size === null) return `No collection "${name}" there`

  const embed = (model, call) => abortable(signal, () => call({ ...embedding, model }))
  let vectors
  if (image) {
    vectors = await embed(model.source, (embedding) => kind.embed(functions, [image], embedding))
    if (vectors[0] instanceof Error) throw unusable(image, vectors[0])
  } else {
    const textModel = kind.name === 'text' ? model.source : (settings.textModel ?? textPartner(model))
    if (!textModel) return `Words find no images of the model ${model.label}, other than those of CLIP`
    vectors = await embed(textModel, (embedding) => functions.embedTexts([text], embedding))
  }
  const { points } = await client.query(name, { ...request, query: vectors[0], signal })
  return points.map((point) => match(kind, point))
}

function match(kind, { id, score, payload }) {
  const file = String(payload?.[kind.pathKey] ?? '')
  if (!kind.isChunked) return { id, score, file, payload }
  const { text, start, end } = payload
  return { id, score, file, text, start, end, payload }
}

function readQuery(query) {
  if (typeof query === 'string') return { text: query }
  const { text, image } = query ?? {}
  const isImage = typeof image === 'string' || image instanceof Uint8Array
  if (isImage === (typeof text === 'string')) {
    throw new TypeError('`query` has to be words, { text } with words, or { image } with a path or a content')
  }
  return isImage ? { image } : { text }
}

function unusable(image, error) {
  const name = typeof image === 'string' ? image : 'The image'
  return new Error(`${name}: ${error.message}`, { cause: error })
}

async function explain(client, obstacles) {
  const { collections } = await client.getCollections()
  const names = collections.map(({ name }) => name).join(', ')
  return `${obstacles.join('; ')}${names && ` (there is: ${names})`}`
}

module.exports = { searchFiles }
