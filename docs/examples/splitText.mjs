// with: models
import { splitText } from 'qdrant-embedded'

const text = 'The dog runs on the beach. The cat sleeps in the kitchen.'
const chunks = await splitText(text, { model: 'Qdrant/all-MiniLM-L6-v2-onnx', maxTokens: 10 })
console.log(chunks.length, chunks[0].text) // 2 The dog runs on the beach.
