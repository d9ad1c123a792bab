// npm run docs: docs/api.md, from the declarations of the package and the examples in docs/examples.
import fs from 'node:fs'
import path from 'node:path'
import { apiPage } from './docs/api-page.mjs'
import { root } from './lib/paths.mjs'

fs.writeFileSync(path.join(root, 'docs', 'api.md'), apiPage())
