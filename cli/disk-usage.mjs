import fs from 'node:fs/promises'
import path from 'node:path'

const BLOCK = 512

/** What is in the folders and files of a segment, by how their names begin. */
const SEGMENT_PARTS = [
  ['vector_storage', 'vectors'],
  ['vector_index', 'vector_indexes'],
  ['payload_storage', 'payload'],
  ['payload_index', 'payload_indexes'],
  ['id_tracker', 'ids'],
  ['mutable_id_tracker', 'ids']
]

/** The bytes that a storage folder takes on disk, by its folders, and those of each of its collections by their parts. */
export async function diskUsage(folder) {
  const whole = new Usage()
  const collections = new Map()
  for await (const { segments, bytes } of allocations(folder)) {
    const [top, name, ...below] = segments
    whole.add(segments.length > 1 ? top : 'other', bytes)
    if (top !== 'collections' || name === undefined) continue
    if (!collections.has(name)) collections.set(name, new Usage())
    collections.get(name).add(collectionPart(below), bytes)
  }
  return { whole, collections }
}

/** The bytes that a folder takes on disk with all that is in it; 0 if it is not there. */
export async function allocatedBytes(folder) {
  let sum = 0
  for await (const { bytes } of allocations(folder)) sum += bytes
  return sum
}

/** Bytes in all and by part. */
class Usage {
  bytes = 0
  parts = {}

  add(part, bytes) {
    this.bytes += bytes
    if (bytes > 0) this.parts[part] = (this.parts[part] ?? 0) + bytes
  }
}

/** The part of a collection that a file belongs to, by its path in the collection's folder. */
function collectionPart([_shard, folder, _segment, part, ...below]) {
  if (folder === 'wal') return 'log'
  if (folder !== 'segments' || part === undefined) return 'other'
  if (below.some((name) => name.startsWith('quantized'))) return 'quantized_vectors'
  return SEGMENT_PARTS.find(([start]) => part.startsWith(start))?.[1] ?? 'other'
}

/**
 * The folder and all that is in it, as path segments, with the bytes that are allocated for each: the engine reserves
 * large files that are mostly holes. What disappears meanwhile is left out.
 */
async function* allocations(folder, segments = []) {
  const stat = await ifThere(fs.lstat(folder))
  if (!stat) return
  yield { segments, bytes: stat.blocks * BLOCK }
  if (!stat.isDirectory()) return
  for (const name of (await ifThere(fs.readdir(folder))) ?? []) {
    yield* allocations(path.join(folder, name), [...segments, name])
  }
}

async function ifThere(operation) {
  try {
    return await operation
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return undefined
  }
}
