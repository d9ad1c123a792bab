// with: photos, port
import { connectPort, serve } from 'qdrant-embedded/bridge'

serve(client, enginePort, { allow: ['query'] })

const page = await connectPort(pagePort)
const { points } = await page.query('photos', { query: Float32Array.of(0.9, 0.1, 0.1, 0.1), limit: 1 })
console.log(points[0].id) // 1
await page.count('photos').catch(({ code }) => console.log(code)) // NOT_OFFERED
