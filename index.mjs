// The package for `import`; `index.js` is the one for `require`.
import * as rest from '@qdrant/js-client-rest'

import { definePackage } from './lib/package.js'

export const {
  QdrantClient,
  QdrantError,
  connect,
  downloadModel,
  embedImages,
  embedTexts,
  indexFolder,
  listModels,
  loadModel,
  migrate,
  modelCacheDir,
  rerank,
  searchFiles,
  splitText,
  unloadModel,
  watchFolder
} = definePackage(rest)
