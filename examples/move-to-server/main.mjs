// node examples/move-to-server/main.mjs <folder> <url> [--batch <points>]. Environment: QDRANT_API_KEY.
import { parseArgs } from 'node:util'

import { connect, migrate } from 'qdrant-embedded'

const { values, positionals } = parseArgs({
  options: { batch: { type: 'string', default: '256' } },
  allowPositionals: true
})
const [path, url] = positionals
if (!url) {
  console.error('Usage: main.mjs <folder> <url> [--batch <points>]')
  process.exit(2)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())

const folder = await connect({ path })
const server = await connect({ url, apiKey: process.env.QDRANT_API_KEY })
try {
  const { collections } = await migrate(folder, server, {
    batchSize: Number(values.batch),
    signal: stop.signal,
    onProgress: ({ collection, done, total }) => console.log(`${collection}: ${done} of ${total}`)
  })
  for (const { name, points, copied, skipped } of collections) {
    console.log(`${name}: ${points} points, ${copied} copied now, ${skipped} were there`)
  }
  console.log(`All of it is there. Now: connect({ url: '${url}' })`)
} catch (error) {
  if (!stop.signal.aborted) throw error
  console.error('Stopped. Run it again to go on.')
  process.exitCode = 130
} finally {
  await folder.close()
}
