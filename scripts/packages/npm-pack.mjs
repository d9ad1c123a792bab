import fs from 'node:fs'
import path from 'node:path'
import { npm } from '../lib/npm.mjs'

/** Makes the tarball of a folder's package. Resolves to its path and what a registry tells of it. */
export async function npmPack(folder, destination) {
  fs.mkdirSync(destination, { recursive: true })
  const args = [
    'pack',
    folder,
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    destination
  ]
  const [packed] = Object.values(JSON.parse(await npm(args)))
  const { filename, integrity, shasum, size, unpackedSize, files } = packed
  return {
    file: path.join(destination, path.basename(filename)),
    integrity,
    shasum,
    size,
    unpackedSize,
    files: files.map((file) => file.path)
  }
}
