// with: models
import { embedTexts } from 'qdrant-embedded'

const model = 'Qdrant/all-MiniLM-L6-v2-onnx'
const [dog, puppy, soup] = await embedTexts(['a dog', 'my puppy', 'soup and bread'], { model })
const likeness = (other) => dog.reduce((sum, value, i) => sum + value * other[i], 0)
console.log(likeness(puppy) > likeness(soup)) // true
