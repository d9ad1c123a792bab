// with: photos, port
import { connectPort, RemoteError, serve } from 'qdrant-embedded/bridge'

serve(client, enginePort, { allow: ['count'] })

const page = await connectPort(pagePort)
try {
  await page.count('fotos')
} catch (error) {
  console.log(error instanceof RemoteError, error.name, error.status) // true QdrantError 404
}
