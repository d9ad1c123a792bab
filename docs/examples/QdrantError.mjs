import { QdrantError } from 'qdrant-embedded'

try {
  await client.getCollection('fotos')
} catch (error) {
  console.log(error instanceof QdrantError, error.status) // true 404
  console.log(error.message) // Not found: Collection `fotos` doesn't exist!
}
