// For tests and the development server, which do without Electron and its tools, and so without `npm install` in this
// folder: the package is that of the repository. To be imported before anything that needs it.
import * as module from 'node:module'
import { resolve } from './resolve-package.mjs'

// Node.js before 22.15 has only what later versions warn of.
if (module.registerHooks) module.registerHooks({ resolve })
else module.register('./resolve-package.mjs', import.meta.url)
