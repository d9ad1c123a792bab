// with: clip, pictures, photos
import { indexFolder } from 'qdrant-embedded'

const { images, failures } = await indexFolder(client, './Pictures')
console.log(images.embedded, failures.length) // 1 0
