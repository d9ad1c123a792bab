import { cp, mkdir, realpath, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { imageModel, photo, repository, textModel } from '../embedding/helpers.mjs'
import { encodePng } from '../embedding/png.mjs'
import { withClient, withFolder } from '../helpers.mjs'

/** The settings of both kinds with small models. */
export const images = { model: imageModel }
export const texts = { model: textModel }
export const both = { images, texts }
export const textsOnly = { images: false, texts }
export const imagesOnly = { images, texts: false }

export const DOG = 'A dog runs on the beach.'
export const LOOP = 'The compiler is in a loop, and the program crashes.'
export const BREAD = 'Bread and cheese from the kitchen'

/** Calls `use` with a client of a temporary store and a fresh folder that holds `files`. */
export function withFiles(files, use) {
  return withClient((client) =>
    withFolder(async (path) => {
      const folder = await realpath(path)
      await put(folder, files)
      return use(client, folder)
    })
  )
}

/** Writes files: by path, a text, bytes, or `{ photo }` for a photograph of the example. */
export async function put(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    if (content.photo) await cp(photo(content.photo), file)
    else await writeFile(file, content)
  }
}

/** All points of a collection. */
export async function pointsOf(client, collection) {
  const { points } = await client.scroll(collection, { limit: 10_000, with_payload: true, with_vector: true })
  return points
}

/** Hears progress, and keeps for each outcome the names of the files, sorted. */
export function outcomes(folder) {
  const heard = {}
  const onProgress = ({ phase, file, outcome }) => {
    if (phase !== 'index') return
    heard[outcome] ??= []
    heard[outcome].push(path.relative(folder, file))
    heard[outcome].sort()
  }
  return { heard, onProgress }
}

/** The counts of a kind that are not 0. */
export function counts({ collection, model, ...numbers }) {
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== 0))
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** A pair of models whose vectors are mean colours: of pictures, and of words. They stand in for CLIP's halves. */
export const meanColour = { path: here('../../cli/doctor/probe-model') }
export const colourWords = { path: here('fixtures/colour-words') }

const TOKENIZER_FILES = ['tokenizer.json', 'config.json', 'special_tokens_map.json', 'tokenizer_config.json']

/** A hub that has that pair in the place of CLIP. */
export const clip = {
  'Qdrant/clip-ViT-B-32-vision': repository(meanColour, ['preprocessor_config.json', 'model.onnx']),
  'Qdrant/clip-ViT-B-32-text': repository(colourWords, [...TOKENIZER_FILES, 'model.onnx'])
}

/** Pictures of one colour each. */
export const COLOURS = {
  'fire.png': plain(230, 20, 10),
  'grass.png': plain(20, 200, 30),
  'sea.png': plain(10, 30, 220),
  'sun.png': plain(240, 230, 20)
}

function plain(red, green, blue) {
  const pixels = Buffer.alloc(16 * 16 * 3)
  for (let at = 0; at < pixels.length; at += 3) pixels.set([red, green, blue], at)
  return encodePng({ width: 16, height: 16, pixels })
}
