import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where builds are kept between checkouts: one folder per user, `QDRANT_EMBEDDED_CACHE` if set. */
export const cacheDir = path.resolve(process.env.QDRANT_EMBEDDED_CACHE || userCacheDir())

function userCacheDir() {
  const home = os.homedir()
  switch (process.platform) {
    case 'win32':
      return path.join(process.env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'qdrant-embedded')
    case 'darwin':
      return path.join(home, 'Library', 'Caches', 'qdrant-embedded')
    default:
      return path.join(process.env.XDG_CACHE_HOME || path.join(home, '.cache'), 'qdrant-embedded')
  }
}
