import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

const DEFAULT = 'clip'
const SHORT_NAMES = { clip: 'Qdrant/clip-ViT-B-32-vision' }

export const MODEL_HELP = `  --model <model>       clip, the name of another image model of fastembed, or a folder that holds
                        model.onnx and preprocessor_config.json`

/**
 * The model that an option or a collection names: `label` for people, `source` for embedImages, and `identity`, which
 * a collection remembers, because vectors of different models must not be compared.
 */
export async function resolveModel(option = DEFAULT) {
  if (isFolder(option)) return localModel(path.resolve(option))
  if (/^\.{0,2}[/\\]/.test(option)) throw new Error(`No such model folder: ${option}`)
  const name = SHORT_NAMES[option] ?? option
  return { label: name, source: name, identity: { model: name } }
}

/** The model that made a collection, from what the collection remembers. */
export async function recordedModel(identity) {
  if (identity.model_path && !isFolder(identity.model_path)) {
    throw new Error(
      `The images were indexed with the model in ${identity.model_path}, which is gone; name its folder with --model`
    )
  }
  return resolveModel(identity.model_path ?? identity.model)
}

/** Whether two identities are the same model: the same name, or a file with the same content. */
export function isSameModel(one, other) {
  return one.model_sha256 || other.model_sha256
    ? one.model_sha256 === other.model_sha256
    : one.model === other.model
}

async function localModel(folder) {
  const file = path.join(folder, 'model.onnx')
  if (!existsSync(file)) throw new Error(`No model.onnx in the model folder ${folder}`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const name = path.basename(folder)
  return {
    label: `${name} (${folder})`,
    source: { path: folder },
    identity: { model: name, model_path: folder, model_sha256: hash.digest('hex') }
  }
}

function isFolder(name) {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}
