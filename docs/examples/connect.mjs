// with: nothing
import { connect } from 'qdrant-embedded'

const client = await connect({ path: './data' })
await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
console.log(await client.getCollections()) // { collections: [ { name: 'photos' } ] }
await client.close()
