import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { unloadModel } from 'qdrant-embedded'

import { imageModel, repository, rerankerModel, textModel } from '../../embedding/helpers.mjs'
import { withHub } from '../../embedding/hub.mjs'
import { withFolder } from '../../helpers.mjs'
import { withEnvironment } from '../environment.mjs'

const TEXT_FILES = ['model.onnx', 'tokenizer.json', 'config.json', 'special_tokens_map.json']

// It takes texts of any length; its own file says otherwise, for tests of that.
const textFiles = {
  ...repository(textModel, TEXT_FILES),
  'tokenizer_config.json': fileURLToPath(new URL('tokenizer_config.json', import.meta.url))
}

export const texts = { 'Qdrant/all-MiniLM-L6-v2-onnx': textFiles }

const rerankerFiles = {
  ...repository(rerankerModel, [...TEXT_FILES.slice(1), 'tokenizer_config.json']),
  'onnx/model.onnx': join(rerankerModel.path, 'model.onnx')
}

/** A hub on this machine that has small models under the names of large ones, and an empty cache. */
export default (use) =>
  withModels(
    {
      'Qdrant/clip-ViT-B-32-vision': repository(imageModel, ['model.onnx', 'preprocessor_config.json']),
      'Qdrant/clip-ViT-B-32-text': textFiles,
      'BAAI/bge-reranker-base': rerankerFiles,
      ...texts
    },
    use
  )

/** Calls `use` with a hub of these models, and an empty cache. */
export const withModels = (models, use) =>
  withHub(models, () =>
    withFolder((cache) =>
      withEnvironment({ HF_HOME: cache }, async () => {
        try {
          await use({})
        } finally {
          await unloadModel()
        }
      })
    )
  )
