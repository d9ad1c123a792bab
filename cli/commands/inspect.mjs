import path from 'node:path'
import { parse } from '../arguments.mjs'
import { inspect } from '../inspection.mjs'
import { describeHolder } from '../lock.mjs'
import { count, size } from '../units.mjs'

export const help = `Usage: qdrant-embedded inspect <folder> [options]

Shows what a storage folder holds: collections with their points, vectors, settings and index state, aliases, and the
disk space that is allocated for each part. It opens the folder as a client does, which brings it up to date with its
log; a folder that another process holds is not opened, and what its files tell is shown.

Options:
  --json                all of it as JSON; "info" of a collection is what getCollection answers
  -h, --help            this text

Exit codes: 0 all was shown, 1 the folder or a collection could not be opened, 2 wrong usage.
`

const STATES = {
  green: 'nothing is left to index',
  yellow: 'being indexed',
  grey: 'indexing waits for the next write',
  red: 'indexing has failed'
}

const PARTS = {
  vectors: 'vectors',
  quantized_vectors: 'quantized vectors',
  vector_indexes: 'vector indexes',
  payload: 'payload',
  payload_indexes: 'payload indexes',
  ids: 'ids',
  log: 'write-ahead log',
  collections: 'collections',
  snapshots: 'snapshots',
  aliases: 'aliases',
  other: 'other'
}

export async function run(args) {
  const options = parse(args, 'folder', { json: { type: 'boolean', default: false } })
  const report = await inspect(path.resolve(options.folder))
  const lines = options.json ? [JSON.stringify(report, null, 2)] : describe(report)
  console.log(lines.join('\n'))
  return report.error || report.collections.some(({ error }) => error) ? 1 : 0
}

function describe(report) {
  const { format, written_by, error, lock, disk, aliases, collections } = report
  const lines = [
    report.path,
    `  format      ${format ?? '?'}, written by qdrant-embedded ${written_by ?? '?'}`
  ]
  lines.push(`  on disk     ${usage(disk)}`)
  if (lock) {
    lines.push(`  locked by   ${describeHolder(lock)}`)
    lines.push('              Points and settings are shown once it has closed the folder.')
  } else if (error) lines.push(`  error       ${error}`)
  if (collections.length === 0) lines.push('  collections none')
  for (const collection of collections) {
    const names = Object.keys(aliases ?? {}).filter((alias) => aliases[alias] === collection.name)
    lines.push('', ...describeCollection(collection, names.sort()))
  }
  return lines
}

function describeCollection({ name, error, info, disk }, aliases) {
  const lines = [name]
  const add = (label, text) => lines.push(`  ${label.padEnd(11)} ${text}`)
  if (aliases.length > 0) add('aliases', aliases.join(', '))
  if (error) add('error', error)
  if (info) {
    const { params, hnsw_config, quantization_config } = info.config
    add('points', `${info.points_count.toLocaleString('en')} in ${count(info.segments_count, 'segment')}`)
    for (const vector of vectors(params)) add('vector', vector)
    add(
      'index',
      `${info.status}: ${STATES[info.status]}; ${count(info.indexed_vectors_count, 'vector')} in indexes (HNSW ${settings(hnsw_config)})`
    )
    if (typeof info.optimizer_status !== 'string') add('error', info.optimizer_status.error)
    if (quantization_config) add('quantized', settings(quantization_config))
    for (const [field, { data_type, points }] of Object.entries(info.payload_schema)) {
      add('payload', `${field}: ${data_type} index of ${count(points, 'point')}`)
    }
  }
  add('on disk', usage(disk))
  return lines
}

/** A line for each vector of a collection. */
function vectors({ vectors = {}, sparse_vectors = {} }) {
  const dense = typeof vectors.size === 'number' ? { '': vectors } : vectors
  const lines = Object.entries(dense).map(([name, { size, distance, ...rest }]) =>
    [name || '(unnamed)', `${size} numbers`, distance, settings(rest)].filter(Boolean).join(', ')
  )
  for (const [name, config] of Object.entries(sparse_vectors)) {
    lines.push([name, 'sparse', settings(config)].filter(Boolean).join(', '))
  }
  return lines
}

/** Settings in one line: `m=16, scalar.type=int8`. */
function settings(config, prefix = '') {
  return Object.entries(config ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) =>
      typeof value === 'object' ? settings(value, `${prefix}${key}.`) : `${prefix}${key}=${value}`
    )
    .filter(Boolean)
    .join(', ')
}

/** Sizes, the largest part first. */
function usage({ bytes, parts }) {
  const largest = Object.entries(parts).sort(([, one], [, other]) => other - one)
  const list = largest.map(([part, bytes]) => `${PARTS[part] ?? part} ${size(bytes)}`)
  return `${size(bytes)}${list.length > 0 ? `: ${list.join(', ')}` : ''}`
}
