const { createHash } = require('node:crypto')
const { createReadStream, existsSync } = require('node:fs')
const path = require('node:path')
const { pipeline } = require('node:stream/promises')

const CLIP = { image: 'Qdrant/clip-ViT-B-32-vision', text: 'Qdrant/clip-ViT-B-32-text' }

/** Text models whose vectors can be compared with those of an image model. */
const TEXT_PARTNERS = { [CLIP.image]: CLIP.text }

/**
 * A model of a kind of files, by its name or its folder: `label` for people, `source` for the embedding functions, and
 * `identity`, which a collection remembers, because vectors of different models must not be compared.
 */
async function resolveModel(kind, model) {
  if (typeof model !== 'string') return localModel(model)
  const name = model === 'clip' ? CLIP[kind] : model
  return { label: name, source: name, identity: { model: name } }
}

/** The model that made a collection, from what the collection remembers. */
async function recordedModel(kind, { model, model_path, model_pooling }, collection) {
  if (!model_path) return resolveModel(kind, model)
  if (!existsSync(model_path)) {
    throw new Error(
      `Collection "${collection}" was made with the model in ${model_path}, which is gone; name the folder where it is now`
    )
  }
  return localModel({ path: model_path, ...(model_pooling && { pooling: model_pooling }) })
}

/** Whether two identities are the same model: the same name, or a file with the same content. */
function isSameModel(one, other) {
  if (one.model_pooling !== other.model_pooling) return false
  return one.model_sha256 || other.model_sha256
    ? one.model_sha256 === other.model_sha256
    : one.model === other.model
}

/** The text model that makes vectors like those of an image model; undefined if there is none. */
function textPartner({ source }) {
  return TEXT_PARTNERS[source]
}

async function localModel(source) {
  const folder = path.resolve(source.path)
  const file = path.join(folder, 'model.onnx')
  if (!existsSync(file)) throw new Error(`No model.onnx in the model folder ${folder}`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const name = path.basename(folder)
  const identity = { model: name, model_path: folder, model_sha256: hash.digest('hex') }
  if (source.pooling) identity.model_pooling = source.pooling
  return { label: `${name} (${folder})`, source: { ...source, path: folder }, identity }
}

module.exports = { isSameModel, recordedModel, resolveModel, textPartner }
