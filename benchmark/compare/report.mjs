// The results as Markdown.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from '../../scripts/lib/paths.mjs'
import { median } from '../report.mjs'
import { versionOf } from './peers.mjs'
import { WANTED_RECALL } from './settings.mjs'
import { OURS, packagesOf, SYSTEMS } from './systems.mjs'

const MORE = 'more is better'
const LESS = 'less is better'

/** A row: its label, which way is better, how many decimals it shows, and where a round's results have its value. */
const ROWS = [
  ['import of the package, ms', LESS, 0, ({ load }) => load.importMilliseconds],
  ['ingest, points/s ↑', MORE, 0, ({ load }) => load.ingest.pointsPerSecond],
  ['first insert until indexed, s', LESS, 2, ({ load }) => load.indexedSeconds],
  ['query p50, ms', LESS, 3, ({ load }) => load.all.p50],
  ['query p95, ms', LESS, 3, ({ load }) => load.all.p95],
  ['recall@10', undefined, 3, ({ load }) => load.all.recall],
  ['queries/s, 16 in flight ↑', MORE, 0, ({ load }) => load.together.perSecond],
  ['query p50 among 10 %, ms', LESS, 3, ({ load }) => load.tenth?.p50],
  ['recall@10 among 10 %', undefined, 3, ({ load }) => load.tenth?.recall],
  ['query p50 among 1 %, ms', LESS, 3, ({ load }) => load.hundredth?.p50],
  ['recall@10 among 1 %', undefined, 3, ({ load }) => load.hundredth?.recall],
  ['open to first result, s', LESS, 3, ({ reopen }) => reopen.openSeconds],
  ['RSS after reopening, MB', LESS, 0, ({ reopen }) => reopen.rss],
  ['size on disk, MB', LESS, 0, ({ load }) => load.megabytes],
  ['event-loop delay p99, ingest, ms', LESS, 1, ({ load }) => load.ingest.eventLoop.p99],
  ['longest event-loop delay, ingest, ms', LESS, 1, ({ load }) => load.ingest.eventLoop.longest],
  ['longest event-loop delay, indexing, ms', LESS, 1, ({ load }) => load.indexing.longest],
  ['longest event-loop delay, opening, ms', LESS, 1, ({ reopen }) => reopen.opening.longest],
  ['event-loop delay p99, 16 queries in flight, ms', LESS, 1, ({ load }) => load.together.eventLoop.p99]
]

/** The whole report; `results` has a list of rounds for each system. */
export function report(results, { plan, rounds, load }) {
  const measured = Object.keys(results).filter((name) => !whyMissing(results[name]))
  const missing = Object.keys(results).filter((name) => whyMissing(results[name]))
  const cpu = os.cpus()
  const lines = [
    `${plan.points} x ${plan.dim}, cosine, with payload; ${rounds} rounds, batches of ${plan.batch}, limit 10. Medians of the`,
    `rounds; in brackets the median of the rounds' ratios to ${OURS}. Searches have the least effort of a list that finds`,
    `${100 * WANTED_RECALL} % of the exact nearest points.`,
    `${cpu.length} x ${cpu[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()} ${os.arch()}, Node.js ${process.versions.node};`,
    `load before: ${load.toFixed(2)}; ${new Date().toISOString().slice(0, 10)}.`,
    '',
    tableLine(['', ...measured]),
    tableLine(['---', ...measured.map(() => '---:')]),
    ...ROWS.map(([label, , decimals, pick]) =>
      tableLine([label, ...measured.map((name) => cell(results, name, decimals, pick))])
    ),
    '',
    tableLine(['', 'version', 'index', 'effort: all, 10 %, 1 %', 'holds']),
    tableLine(['---', '---', '---', '---', '---']),
    ...measured.map((name) => settingsLine(name, results[name][0].load)),
    ...section(`Where another is ahead of ${OURS}:`, losses(results, measured)),
    ...section(
      'Not measured:',
      missing.map((name) => `- ${name}: ${whyMissing(results[name])}`)
    )
  ]
  return `${lines.join('\n')}\n`
}

const PLACE = /(<!-- compare -->\n).*(<!-- \/compare -->)/s

/** Whether a document has the lines between which a report belongs. */
export const hasPlace = (document) => PLACE.test(document)

/** A document with the report between those lines. */
export function withReport(document, text) {
  return document.replace(PLACE, (_, begin, end) => `${begin}${text}${end}`)
}

function whyMissing(rounds) {
  return rounds.find(({ missing }) => missing)?.missing
}

function cell(results, name, decimals, pick) {
  const shown = value(results, name, decimals, pick)
  const ratio = name === OURS ? undefined : ratioToOurs(results, name, pick)
  return ratio === undefined ? shown : `${shown} (${ratio})`
}

function value(results, name, decimals, pick) {
  const values = results[name].map(pick)
  return values.includes(undefined) ? '' : median(values).toFixed(decimals)
}

/** The median of the rounds' ratios to two digits, if both have values. */
function ratioToOurs(results, name, pick) {
  const ours = results[OURS]
  if (!ours || whyMissing(ours)) return undefined
  const ratios = results[name].map((round, i) => pick(round) / pick(ours[i])).filter(Number.isFinite)
  return ratios.length > 0 ? Number(median(ratios).toPrecision(2)) : undefined
}

/** All rows of which another system has the better value, with what is to be known beside it. */
function losses(results, measured) {
  return ROWS.flatMap(([label, better, decimals, pick]) => {
    const ahead = measured.filter((name) => {
      const ratio = name === OURS ? undefined : ratioToOurs(results, name, pick)
      return better && (better === MORE ? ratio > 1 : ratio < 1)
    })
    const shown = ahead.map((name) => {
      const { all, holdsIdsOnly } = results[name][0].load
      const remarks = [
        ratioToOurs(results, name, pick),
        holdsIdsOnly && 'ids only',
        all.recall < WANTED_RECALL && 'finds less'
      ]
      return `${name} ${value(results, name, decimals, pick)} (${remarks.filter(Boolean).join(', ')})`
    })
    return shown.length > 0 ? [`- ${label.replace(' ↑', '')}: ${shown.join(', ')}`] : []
  })
}

function settingsLine(name, { settings, all, tenth, hundredth, holdsIdsOnly }) {
  const { module, collection } = SYSTEMS[name]
  const efforts = [all, tenth, hundredth].filter(Boolean).map(({ effort }) => effort)
  const version = module === OURS ? packageVersion() : packagesOf(name).map(versionOf).join(', ')
  return tableLine([
    name,
    version,
    [settings.index, collection && JSON.stringify(collection)].filter(Boolean).join('; '),
    settings.search === 'none' ? '' : `${settings.search} ${efforts.join(', ')}`,
    holdsIdsOnly ? 'vectors, ids' : 'vectors, payload'
  ])
}

function section(title, lines) {
  return lines.length > 0 ? ['', title, '', ...lines] : []
}

function tableLine(cells) {
  return `| ${cells.join(' | ')} |`
}

function packageVersion() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version
}
