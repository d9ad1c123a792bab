// with: models
import { loadModel, unloadModel } from 'qdrant-embedded'

await loadModel('clip')
console.log(await unloadModel('clip')) // 2
