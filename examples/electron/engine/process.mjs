// The utility process: the engine, with a port for each page and one for the main process.
import { parseArgs } from 'node:util'
import { serve } from 'qdrant-embedded/bridge'
import { openGallery } from './gallery.mjs'

const { parentPort } = process
// Not strict: Chromium may have arguments of its own.
const options = { data: { type: 'string' }, model: { type: 'string' } }
const { values } = parseArgs({ options, strict: false })

try {
  const gallery = await openGallery(values)
  const handlers = {
    page: (port) => serve(gallery.client, port, gallery.forPage()),
    main: (port) => serve(gallery.client, port, gallery.forMain()),
    async close() {
      await gallery.close()
      process.exit(0)
    }
  }
  // Messages wait until somebody listens.
  parentPort.on('message', ({ data, ports }) => handlers[data.type](ports[0]))
} catch (error) {
  parentPort.postMessage({ type: 'failed', reason: error.message })
  process.exitCode = 1
}
