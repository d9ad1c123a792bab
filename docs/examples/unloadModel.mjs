// with: models
import { embedTexts, unloadModel } from 'qdrant-embedded'

await embedTexts(['a dog'])
console.log(await unloadModel('clip')) // 1
