// with: models, pictures
import { embedImages } from 'qdrant-embedded'

const [cat, harbour] = await embedImages(['cat.jpg', 'harbour.jpg'])
console.log(cat instanceof Float32Array, cat.length === harbour.length) // true true
