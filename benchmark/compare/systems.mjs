// The systems of the comparison.

export const OURS = 'qdrant-embedded'

const SERVER = 'qdrant-server'

/**
 * By name: the module in systems/, the packages that it is made of, and, for a collection that is not as the others
 * are, what it is made with, and the `params` of its queries. `isOnRequest`: only measured if it is named.
 */
export const SYSTEMS = {
  [OURS]: { module: OURS },
  'qdrant-embedded-int8': {
    module: OURS,
    isOnRequest: true,
    collection: { quantization_config: 'int8' }
  },
  'qdrant-embedded-turbo4': {
    module: OURS,
    isOnRequest: true,
    collection: { quantization_config: 'turbo4' },
    params: { quantization: { rescore: true, oversampling: 2 } }
  },
  'qdrant-embedded-full-scan': {
    module: OURS,
    isOnRequest: true,
    collection: { hnsw_config: { full_scan_threshold: 10_000 } }
  },
  'qdrant-embedded-on-disk': { module: OURS, isOnRequest: true, collection: { vectors: { on_disk: true } } },
  'qdrant-embedded-unindexed-fields': {
    module: OURS,
    isOnRequest: true,
    collection: { hasFieldIndexes: false }
  },
  zvec: { packages: ['@zvec/zvec'] },
  lancedb: { packages: ['@lancedb/lancedb'] },
  usearch: { packages: ['usearch'] },
  'hnswlib-node': { packages: ['hnswlib-node'] },
  'sqlite-vec': { packages: ['sqlite-vec', 'better-sqlite3'] },
  [SERVER]: {}
}

/** Those that are measured if none is named. */
export const USUAL = Object.keys(SYSTEMS).filter((name) => !SYSTEMS[name].isOnRequest)

/** The packages that have to be installed for a system. */
export const packagesOf = (name) => SYSTEMS[name].packages ?? []

/** Why a system is not even tried. */
export function obstacle(name) {
  return name === SERVER && !process.env.QDRANT_URL ? 'QDRANT_URL names no server' : undefined
}
