// The utility process: the engine, with a port for each page and one for the main process.
import { parseArgs } from 'node:util'
import { serve } from 'qdrant-embedded/bridge'
import { openGallery } from './gallery.mjs'

const { parentPort } = process
const { values } = parseArgs({ options: { data: { type: 'string' }, model: { type: 'string' } } })

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
