import { isSameModel, recordedModel, resolveModel } from './model.mjs'

/**
 * The collection of images of that name with the model that belongs to it: the one that it was made with, else the
 * one asked for. `size` is the length of its vectors, null as long as it does not exist.
 */
export async function openCollection(client, name, asked) {
  const { exists } = await client.collectionExists(name)
  if (!exists) return { client, name, size: null, model: asked ?? (await resolveModel()) }

  const { config } = await client.getCollection(name)
  const { size } = config.params.vectors
  if (typeof size !== 'number')
    throw new Error(`Collection "${name}" has named vectors; choose another one with --collection`)
  const recorded = config.metadata?.model ? config.metadata : null
  const model = asked ?? (recorded ? await recordedModel(recorded) : await resolveModel())
  if (recorded && !isSameModel(recorded, model.identity)) {
    throw new Error(
      `Collection "${name}" was made with the model ${recorded.model}, not ${model.label}; ` +
        'use that one, or choose another collection with --collection'
    )
  }
  return { client, name, size, model }
}

/** Creates the collection for vectors of that length, or refuses when it holds others. */
export async function ensureCollection(collection, size) {
  const { client, name, model } = collection
  if (collection.size === null) {
    await client.createCollection(name, { vectors: { size, distance: 'Cosine' }, metadata: model.identity })
    collection.size = size
  } else if (collection.size !== size) {
    throw new Error(
      `Collection "${name}" holds vectors of ${collection.size} numbers, the model ${model.label} makes ${size}; ` +
        'choose another collection with --collection, or the model it was made with'
    )
  }
}
