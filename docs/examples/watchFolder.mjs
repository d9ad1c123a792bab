// with: clip, pictures, photos
import { watchFolder } from 'qdrant-embedded'

const watcher = await watchFolder(client, './Pictures', {
  onScan: ({ images }) => console.error(`${images?.indexed} new`)
})
console.log(watcher.result.images.found) // 1
await watcher.close()
