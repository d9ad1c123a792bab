import fs from 'node:fs/promises'
import path from 'node:path'
import { IMAGE_OPTIONS, IMAGE_OPTIONS_HELP, parse } from '../arguments.mjs'
import { ensureCollection, openCollection } from '../collection.mjs'
import { embed, failedImage } from '../embedding.mjs'
import { findImages, pointId } from '../images.mjs'
import { MODEL_HELP, resolveModel } from '../model.mjs'
import { duration, Progress } from '../progress.mjs'
import { withStorage } from '../storage.mjs'

export const help = `Usage: qdrant-embedded index <folder> [options]

Embeds the images of a folder and its subfolders (JPEG, PNG, WebP, GIF, BMP) and stores one point for each in a
collection, with the image's path as image_path. The collection is created if it does not exist. Running it again
embeds only what is new or has changed; files that cannot be read as images are skipped with a warning.

Options:
${IMAGE_OPTIONS_HELP}
${MODEL_HELP}
                        (default: the one that the collection was made with, clip for a new one)
  -h, --help            this text
`

const EMBED_BATCH = 16
const LOOKUP_BATCH = 1000

export async function run(args) {
  const options = parse(args, 'folder', IMAGE_OPTIONS)
  const warn = (text) => process.stderr.write(`warning: ${text}\n`)
  const folder = await realFolder(options.folder)
  const files = await findImages(folder, (error) => warn(error.message))
  if (files.length === 0) throw new Error(`No images in ${folder}`)
  const asked = options.model && (await resolveModel(options.model))

  return withStorage(options.path, async (client) => {
    const started = Date.now()
    const collection = await openCollection(client, options.collection, asked)
    const images = await describe(files, warn)
    const changed = await withoutStored(collection, images)
    const indexed = changed.length > 0 ? await indexImages(collection, changed) : 0

    const failed = files.length - images.length + changed.length - indexed
    const unchanged = images.length - changed.length
    const counts = [`${indexed} indexed`, `${unchanged} unchanged`, `${failed} skipped`].join(', ')
    console.log(`${files.length} images: ${counts}, in ${duration((Date.now() - started) / 1000)}`)
    console.log(`model: ${collection.model.label}`)
    console.log(`collection: ${collection.name} in ${path.resolve(options.path)}`)
    if (indexed + unchanged === 0) throw new Error(`None of the images in ${folder} could be indexed`)
  })
}

async function realFolder(folder) {
  const real = await fs.realpath(folder).catch(() => null)
  if (!real || !(await fs.stat(real)).isDirectory()) throw new Error(`No such folder: ${folder}`)
  return real
}

/** What is stored of each image; size and time of change tell later whether it is still the same. */
async function describe(files, warn) {
  const images = []
  for (const file of files) {
    try {
      const { size, mtimeMs } = await fs.stat(file)
      const payload = { image_path: file, file_size: size, modified: new Date(mtimeMs).toISOString() }
      images.push({ id: pointId(file), file, payload })
    } catch (error) {
      warn(error.message)
    }
  }
  return images
}

/** The images that the collection does not hold as they are now. */
async function withoutStored({ client, name, size }, images) {
  if (size === null) return images
  const changed = []
  for (let start = 0; start < images.length; start += LOOKUP_BATCH) {
    const batch = images.slice(start, start + LOOKUP_BATCH)
    const points = await client.retrieve(name, { ids: batch.map(({ id }) => id), with_payload: true })
    const stored = new Map(points.map(({ id, payload }) => [id, payload]))
    const isStored = ({ id, payload }) =>
      Object.entries(payload).every(([key, value]) => stored.get(id)?.[key] === value)
    changed.push(...batch.filter((image) => !isStored(image)))
  }
  return changed
}

/** Embeds and stores images batch by batch, so that an interrupted run goes on where it stopped. */
async function indexImages(collection, images) {
  const progress = new Progress('Embedding', images.length)
  let indexed = 0
  progress.update(0)
  for (let start = 0; start < images.length; start += EMBED_BATCH) {
    const batch = images.slice(start, start + EMBED_BATCH)
    const points = await embedReadable(collection.model, batch, (text) => progress.note(text))
    if (points.length > 0) {
      await ensureCollection(collection, points[0].vector.length)
      await collection.client.upsert(collection.name, { points })
    }
    indexed += points.length
    progress.update(start + batch.length)
  }
  progress.end()
  return indexed
}

/** The points of those images that can be read as images. */
async function embedReadable(model, images, warn) {
  const readable = [...images]
  while (readable.length > 0) {
    try {
      const vectors = await embed(
        model,
        readable.map(({ file }) => file)
      )
      return readable.map(({ id, payload }, index) => ({ id, payload, vector: vectors[index] }))
    } catch (error) {
      const failed = failedImage(error)
      if (!failed) throw error
      const [image] = readable.splice(failed.index, 1)
      warn(`warning: ${image.file}: ${failed.reason}`)
    }
  }
  return []
}
