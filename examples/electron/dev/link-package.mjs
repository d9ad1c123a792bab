// `npm install` in this example links the package of the repository into it. Tests and the development server do without
// Electron and its tools, so that they make that link themselves. To be imported before anything that needs it.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url))
const link = path.join(modules, 'qdrant-embedded')
if (!fs.existsSync(link)) {
  fs.mkdirSync(modules, { recursive: true })
  try {
    fs.symlinkSync(path.resolve(modules, '../../..'), link, 'junction')
  } catch (error) {
    // Another test was faster.
    if (error.code !== 'EEXIST') throw error
  }
}
