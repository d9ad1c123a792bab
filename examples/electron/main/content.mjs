// What the page is made of, by its addresses: for Electron's protocol handler and for the development server.
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const RENDERER = fileURLToPath(new URL('../renderer/', import.meta.url))
const BRIDGE = path.dirname(fileURLToPath(import.meta.resolve('qdrant-embedded/bridge')))

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp'
}

/** The page talks to nobody but through its port; `connect` is what the development server needs besides. */
export function securityHeaders({ connect = "'none'" } = {}) {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' blob:",
    'connect-src': connect,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'"
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  }
}

/** The bytes and the media type at an address, or null. `pictureFile` gives the file of a picture by its id. */
export async function contentOf(pathname, pictureFile) {
  const [, first, ...rest] = decodeURIComponent(pathname).split('/')
  let file
  if (first === 'pictures' && rest.length === 1) file = await pictureFile(rest[0])
  else if (first === 'bridge') file = within(BRIDGE, rest)
  else file = within(RENDERER, first === '' ? ['index.html'] : [first, ...rest])
  const type = file && TYPES[path.extname(file).toLowerCase()]
  if (!type) return null
  const body = await fs.readFile(file).catch(() => null)
  return body && { body, type }
}

function within(folder, parts) {
  const file = path.resolve(folder, ...parts)
  return file.startsWith(path.resolve(folder) + path.sep) ? file : null
}
