// with: clip, pictures, photos
import { basename } from 'node:path'
import { indexFolder, searchFiles } from 'qdrant-embedded'

await indexFolder(client, './Pictures')
const { images } = await searchFiles(client, { image: 'holiday.jpg' })
console.log(images.map(({ file }) => basename(file))) // [ 'beach.jpg' ]
