// with: nothing
import { modelCacheDir } from 'qdrant-embedded'

console.log(typeof modelCacheDir()) // string
