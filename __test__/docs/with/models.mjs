import { unloadModel } from 'qdrant-embedded'

import { imageModel, repository, textModel } from '../../embedding/helpers.mjs'
import { withHub } from '../../embedding/hub.mjs'
import { withFolder } from '../../helpers.mjs'
import { withEnvironment } from '../environment.mjs'

const TEXT_FILES = [
  'model.onnx',
  'tokenizer.json',
  'config.json',
  'special_tokens_map.json',
  'tokenizer_config.json'
]

/** A hub on this machine that has small models under the names of large ones, and an empty cache. */
export default (use) =>
  withHub(
    {
      'Qdrant/clip-ViT-B-32-vision': repository(imageModel, ['model.onnx', 'preprocessor_config.json']),
      'Qdrant/clip-ViT-B-32-text': repository(textModel, TEXT_FILES),
      'Qdrant/all-MiniLM-L6-v2-onnx': repository(textModel, TEXT_FILES)
    },
    () =>
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
