// The results as a Markdown table.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from '../scripts/lib/paths.mjs'

/**
 * A row: its label, how many decimals it shows, and where a round's results of one side have its value. Rows of the
 * event loop have no other side.
 */
const ROWS = [
  ['ingest from Float32Array, points/s ↑', 0, (side) => side.load.ingest.pointsPerSecond],
  [
    'ingest from Float32Array, two calls at once, points/s ↑',
    0,
    (side) => (side.ahead ?? side.load).ingest.pointsPerSecond
  ],
  ['ingest from number[], points/s ↑', 0, (side) => (side.numbers ?? side.load).ingest.pointsPerSecond],
  ['first upsert until indexed, s', 2, (side) => side.load.indexedSeconds],
  ['segments then', 0, (side) => side.load.segments],
  ['points with index then', 0, (side) => side.load.indexed],
  ['query p50, ms', 3, (side) => side.load.p50],
  ['query p95, ms', 3, (side) => side.load.p95],
  ['queries/s, 16 in flight ↑', 0, (side) => side.load.queriesPerSecond],
  ['queries/s with one search thread, 16 in flight ↑', 0, (side) => side.oneThread.queriesPerSecond],
  ['recall@10 ↑', 4, (side) => side.load.recall],
  ['query p50, filter that 10 % match, ms', 3, (side) => side.filtered[0].p50],
  ['recall@10 of those ↑', 4, (side) => side.filtered[0].recall],
  ['query p50, filter that 1 % match, ms', 3, (side) => side.filtered[1].p50],
  ['recall@10 of those ↑', 4, (side) => side.filtered[1].recall],
  ['open to first result, s', 3, (side) => side.reopen.openSeconds],
  ['RSS after load, MB', 0, (side) => side.load.rss],
  ['RSS before opening, MB', 0, (side) => side.reopen.before],
  ['RSS after reopening, MB', 0, (side) => side.reopen.rss],
  ...eventLoop('ingest from Float32Array', (side) => side.load.ingest.eventLoop),
  ...eventLoop('ingest from number[]', (side) => side.numbers?.ingest.eventLoop),
  ...eventLoop('queries, 16 in flight', (side) => side.load.queryEventLoop)
]

function eventLoop(during, of) {
  return [
    [`event-loop delay p99, ${during}, ms`, 1, (side) => of(side)?.p99],
    [`event-loop delay longest, ${during}, ms`, 1, (side) => of(side)?.longest],
    [`longest call, ${during}, ms`, 1, (side) => of(side)?.longestCall]
  ]
}

/** The whole report; `results` is a list of rounds, each with the results of both sides. */
export function report(results, { plan, rounds, load, rustc }) {
  const cpu = os.cpus()
  const lines = [
    `# ${plan.points} x ${plan.dim}, ${rounds} rounds`,
    '',
    `- ${cpu.length} x ${cpu[0].model.trim()}, ${gigabytes(os.totalmem())} GB, ${os.type()} ${os.release()} ${os.arch()}; load before: ${load.toFixed(2)}`,
    `- qdrant-embedded ${packageVersion()}, qdrant-edge ${engineVersion()}, Rust ${rustc}, Node.js ${process.versions.node}; ${new Date().toISOString().slice(0, 10)}`,
    `- batches of ${plan.batch}, limit ${plan.limit} with payload, cosine`,
    '',
    '| median of the rounds (↑: more is better) | ours | bare engine | ours / bare (range) |',
    '|---|---|---|---|',
    ...ROWS.map((row) => tableRow(row, results))
  ]
  return `${lines.join('\n')}\n`
}

function tableRow([label, decimals, pick], results) {
  const side = (name) => results.map((round) => pick(round[name])).filter((value) => value != null)
  const [ours, bare] = [side('ours'), side('bare')]
  const ratios = ours.length === bare.length ? ours.map((value, i) => value / bare[i]) : []
  const range =
    ratios.length > 1 ? ` (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})` : ''
  const cell = (values, digits) => (values.length > 0 ? median(values).toFixed(digits) : '')
  return `| ${label} | ${cell(ours, decimals)} | ${cell(bare, decimals)} | ${cell(ratios, 2)}${range} |`
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2
}

function gigabytes(bytes) {
  return Math.round(bytes / 2 ** 30)
}

function packageVersion() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version
}

function engineVersion() {
  const lock = fs.readFileSync(path.join(root, 'Cargo.lock'), 'utf8')
  return /^name = "qdrant-edge"\nversion = "(.+)"/m.exec(lock)[1]
}
