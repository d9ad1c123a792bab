// The package for `import`; `index.js` is the one for `require`.
import * as rest from '@qdrant/js-client-rest'

import { definePackage } from './lib/package.js'

export const {
  QdrantClient,
  QdrantError,
  connect,
  embedImages,
  embedTexts,
  indexFolder,
  migrate,
  modelCacheDir,
  searchFiles,
  splitText,
  unloadModel,
  watchFolder
} = definePackage(rest)
