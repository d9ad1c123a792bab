import { clip } from '../../folder/helpers.mjs'
import { texts, withModels } from './models.mjs'

/** As `models`, with two halves of CLIP whose vectors can be compared: they know colours only. */
export default (use) => withModels({ ...clip, ...texts }, use)
