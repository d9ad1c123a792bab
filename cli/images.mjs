import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp'])

/** Fixed for ever: the ids of all indexed images derive from it. */
const ID_NAMESPACE = Buffer.from('6f0d1c9c2f5b4d0f9a556f3e5a3d8b17', 'hex')

/**
 * The image files in a folder and its subfolders, sorted by path. Hidden ones are left out; `unreadable` is told of
 * subfolders that cannot be read.
 */
export async function findImages(folder, unreadable) {
  const images = []
  const pending = [folder]
  for (const current of pending) {
    const entries = await fs.readdir(current, { withFileTypes: true }).catch((error) => {
      if (current === folder) throw error
      unreadable(error)
      return []
    })
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const file = path.join(current, entry.name)
      // A link to a folder is not followed: it may lead back here.
      if (entry.isDirectory()) pending.push(file)
      else if (EXTENSIONS.has(path.extname(entry.name).toLowerCase())) images.push(file)
    }
  }
  return images.sort()
}

/** The id of the point of an image: the same for the same file each time (a UUID of version 5 of its path). */
export function pointId(file) {
  const bytes = createHash('sha1').update(ID_NAMESPACE).update(file).digest().subarray(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x50
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
