import { describeImage, findImages } from './images.mjs'

const EMBED_BATCH = 16
const LOOKUP_BATCH = 1000

/**
 * Makes the collection hold the pictures of a folder as they are now: embeds those that are new or have changed, forgets
 * those that are gone. Batch by batch, so that it goes on where it was stopped.
 */
export async function indexFolder(gallery, folder, { onProgress = () => {}, signal } = {}) {
  const files = await findImages(folder)
  const images = (await Promise.all(files.map((file) => describeImage(file, folder)))).filter(Boolean)
  const changed = await withoutStored(gallery, images)
  const skipped = []
  const onDownload = (state) => state.phase === 'download' && onProgress(state)
  let indexed = 0
  onProgress({ phase: 'embed', done: 0, total: changed.length })
  for (let start = 0; start < changed.length; start += EMBED_BATCH) {
    const batch = changed.slice(start, start + EMBED_BATCH)
    const points = await embedReadable(gallery, batch, skipped, onDownload)
    // Whoever stops it does not wait: nothing is to be stored behind their back.
    signal?.throwIfAborted()
    if (points.length > 0) {
      await gallery.ensureCollection(points[0].vector.length)
      await gallery.client.upsert(gallery.model.collection, { points })
    }
    indexed += points.length
    onProgress({ phase: 'embed', done: start + batch.length, total: changed.length })
  }
  const removed = await removeVanished(gallery, folder, images)
  return { found: images.length, indexed, unchanged: images.length - changed.length, removed, skipped }
}

/** The pictures that the collection does not hold as they are now. */
async function withoutStored({ client, model }, images) {
  if (!(await client.collectionExists(model.collection)).exists) return images
  const changed = []
  for (let start = 0; start < images.length; start += LOOKUP_BATCH) {
    const batch = images.slice(start, start + LOOKUP_BATCH)
    const points = await client.retrieve(model.collection, {
      ids: batch.map(({ id }) => id),
      with_payload: true
    })
    const stored = new Map(points.map(({ id, payload }) => [id, payload]))
    const isStored = ({ id, payload }) =>
      Object.entries(payload).every(([key, value]) => stored.get(id)?.[key] === value)
    changed.push(...batch.filter((image) => !isStored(image)))
  }
  return changed
}

/** The points of those pictures that can be read as such. */
async function embedReadable(gallery, images, skipped, onDownload) {
  const readable = [...images]
  while (readable.length > 0) {
    try {
      const files = readable.map(({ payload }) => payload.file)
      const vectors = await gallery.embed(files, onDownload)
      return readable.map((image, index) => ({ ...image, vector: vectors[index] }))
    } catch (error) {
      const about = /^image (\d+) \(.*?\): (.*)$/s.exec(error.message)
      if (!about) throw error
      const [image] = readable.splice(Number(about[1]), 1)
      skipped.push({ name: image.payload.name, reason: about[2] })
    }
  }
  return []
}

async function removeVanished({ client, model }, folder, images) {
  if (!(await client.collectionExists(model.collection)).exists) return 0
  const present = new Set(images.map(({ id }) => id))
  const filter = { must: [{ key: 'folder', match: { value: folder } }] }
  const gone = []
  let offset
  do {
    const page = await client.scroll(model.collection, {
      filter,
      offset,
      limit: LOOKUP_BATCH,
      with_payload: false
    })
    gone.push(...page.points.map(({ id }) => id).filter((id) => !present.has(id)))
    offset = page.next_page_offset
  } while (offset)
  if (gone.length > 0) await client.delete(model.collection, { points: gone })
  return gone.length
}
