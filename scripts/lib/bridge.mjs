import fs from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'

const folder = path.join(root, 'bridge')

// In the order of their imports.
const MODULES = ['errors.mjs', 'channel.mjs', 'serve.mjs', 'connect.mjs']

/** `bridge/index.cjs`, for `require`: its modules in one file. */
export const commonJsBridge = path.join(folder, 'index.cjs')

/** What that file has to hold. A page loads the modules as they are; this is for programs that cannot import them. */
export function commonJsBridgeText() {
  const exported = /export \{ (.+) \} from/g
  const names = [...read('index.mjs').matchAll(exported)].map(([, name]) => name).sort()
  const modules = MODULES.map((name) =>
    read(name)
      .replace(/^import .+\n/gm, '')
      .replace(/^export /gm, '')
      .trim()
  )
  return `// Generated from the modules of this folder by \`npm run build\`: do not edit.
${modules.join('\n\n')}

module.exports = { ${names.join(', ')} }
`
}

const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8')
