import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp'])

/** Fixed for ever: the ids of all pictures derive from it. */
const ID_NAMESPACE = Buffer.from('2f0a6d5e8c3b4e179d2c5a7be1f04c96', 'hex')

/** The pictures in a folder and its subfolders. Hidden ones are left out, and so are subfolders that cannot be read. */
export async function findImages(folder) {
  const images = []
  const pending = [folder]
  for (const current of pending) {
    const entries = await fs.readdir(current, { withFileTypes: true }).catch((error) => {
      if (current === folder) throw error
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

/** The point of a picture but for its vector, or null when the file is gone. */
export async function describeImage(file, folder) {
  const stat = await fs.stat(file).catch(() => null)
  if (stat === null) return null
  const name = path.relative(folder, file).split(path.sep).join('/')
  const payload = { file, folder, name, size: stat.size, modified: stat.mtime.toISOString() }
  return { id: idOf(file), payload }
}

/** The same id for the same file each time: a UUID of version 5. */
function idOf(file) {
  const bytes = createHash('sha1').update(ID_NAMESPACE).update(file).digest().subarray(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x50
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
