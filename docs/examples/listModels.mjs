// with: models
import { listModels } from 'qdrant-embedded'

const models = await listModels({ kind: 'text' })
const { dimension, license, cached } = models.find(({ name }) => name === 'Qdrant/clip-ViT-B-32-text')
console.log(dimension, license, cached) // 512 mit false
