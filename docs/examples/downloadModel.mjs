// with: models
import { downloadModel, listModels } from 'qdrant-embedded'

const onProgress = ({ done, total, bytesPerSecond }) => console.error(done / total, bytesPerSecond)
await downloadModel('clip', { onProgress, signal: AbortSignal.timeout(600_000) })
const models = await listModels()
console.log(models.filter(({ cached }) => cached).length) // 2
