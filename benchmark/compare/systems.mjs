// The systems of the comparison: ours first, and the packages that each is made of.

export const OURS = 'qdrant-embedded'

const SERVER = 'qdrant-server'

/** Names of the modules in systems/. */
export const SYSTEMS = {
  [OURS]: [],
  zvec: ['@zvec/zvec'],
  lancedb: ['@lancedb/lancedb'],
  usearch: ['usearch'],
  'hnswlib-node': ['hnswlib-node'],
  'sqlite-vec': ['sqlite-vec', 'better-sqlite3'],
  [SERVER]: []
}

/** Why a system is not even tried. */
export function obstacle(name) {
  return name === SERVER && !process.env.QDRANT_URL ? 'QDRANT_URL names no server' : undefined
}
