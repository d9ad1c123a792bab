const { createHash } = require('node:crypto')

/** Fixed for ever: the ids of all indexed files derive from it. */
const NAMESPACE = Buffer.from('6f0d1c9c2f5b4d0f9a556f3e5a3d8b17', 'hex')

/**
 * The id of the point of a file, or of a chunk of it: the same each time, a UUID of version 5 of its path. No path has
 * a NUL, so a chunk's id is no other file's.
 */
function pointId(file, chunk) {
  const name = chunk === undefined ? file : `${file}\0${chunk}`
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x50
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

module.exports = { pointId }
