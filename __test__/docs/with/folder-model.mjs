import { cpSync } from 'node:fs'

import { imageModel } from '../../embedding/helpers.mjs'

/** The image model of the example in `models/efficientnet-lite0` of the working directory. */
export default (use) => {
  cpSync(imageModel.path, 'models/efficientnet-lite0', { recursive: true })
  return use({})
}
