import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { connect } from '../../index.js'
import { data, imageModel, photo, textModel } from '../embedding/helpers.mjs'

export { data, imageModel, photo, textModel }

/** Small real models by the names that the tests give them. */
export const models = {
  photos: { ...imageModel, kind: 'image', dimension: 1280 },
  words: { ...textModel, kind: 'text', pooling: 'mean', dimension: 32 },
  tokens: { ...textModel, kind: 'multivector' },
  weights: { ...textModel, kind: 'sparse' }
}

/** Calls `use` with a client that has these models and never downloads one. */
export async function withModels(use, options = {}) {
  const inference = { localFilesOnly: true, ...options, models: { ...models, ...options.models } }
  const client = await connect({ location: ':memory:', inference })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** The tokens of a text, as `tokenizer.json` of the text model makes them: of words that it knows as they are. */
export async function tokenize(text) {
  const { model } = JSON.parse(await readFile(join(textModel.path, 'tokenizer.json')))
  const { model_max_length } = JSON.parse(await readFile(join(textModel.path, 'tokenizer_config.json')))
  const words = text.toLowerCase().match(/\w+|[^\w\s]/g) ?? []
  const ids = words.slice(0, model_max_length - 2).map((word) => model.vocab[word] ?? model.vocab['[UNK]'])
  return [model.vocab['[CLS]'], ...ids, model.vocab['[SEP]']]
}

export function unit(vector) {
  const length = Math.hypot(...vector)
  return Array.from(vector, (number) => number / length)
}
