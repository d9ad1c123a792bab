// with: photos, elsewhere
import { migrate } from 'qdrant-embedded'

const { collections } = await migrate(client, elsewhere, { collections: ['photos'] })
console.log(collections) // [ { name: 'photos', points: 4, copied: 4, skipped: 0 } ]
