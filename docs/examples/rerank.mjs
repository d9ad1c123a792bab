// with: models
import { rerank } from 'qdrant-embedded'

const documents = ['soup with salt', 'a dog plays by the sea']
const [best] = await rerank('what runs on the beach ?', documents, { topK: 1 })
console.log(documents[best.index]) // a dog plays by the sea
