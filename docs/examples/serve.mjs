// with: photos, port
import { connectPort, serve } from 'qdrant-embedded/bridge'

serve(client, enginePort, { allow: ['count'], functions: { double: (number) => 2 * number } })

const page = await connectPort(pagePort)
console.log(await page.count('photos'), await page.double(4)) // { count: 4 } 8
