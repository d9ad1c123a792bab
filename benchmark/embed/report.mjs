// The results as Markdown.
import os from 'node:os'
import { median } from '../report.mjs'
import { peers } from './peers.mjs'
import { OURS, SYSTEMS } from './systems.mjs'

/** `results[kind][system]` is a list of rounds. */
export function report(results, { plan, rounds, load }) {
  const cpu = os.cpus()
  const kinds = Object.entries(results).map(([kind, systems]) => table(kind, systems, plan))
  return [
    `Medians of ${rounds} interleaved rounds, each in a process of its own; in brackets the median of the rounds' ratios of`,
    `${OURS} to it. ${plan.threads} threads for the network, but for fastembed, which takes what it likes.`,
    `${cpu.length} x ${cpu[0].model.trim()}, ${os.type()} ${os.arch()}, Node.js ${process.versions.node}; load before: ${load.toFixed(2)};`,
    `${new Date().toISOString().slice(0, 10)}.${versions(plan.systems)}`,
    ...kinds.flat()
  ].join('\n')
}

function table(kind, systems, { batchSizes, inputs }) {
  const names = Object.keys(systems)
  const row = (label, pick, decimals) => [label, ...names.map((name) => cell(systems, name, pick, decimals))]
  const rows = [
    ['', ...names],
    ['---', ...names.map(() => '---:')],
    ...batchSizes.map((size) => row(`${kind}/s, ${size} at once ↑`, ({ perSecond }) => perSecond[size], 1)),
    ...batchSizes.map((size) =>
      row(`event-loop delay p99, ${size} at once, ms`, ({ eventLoop }) => eventLoop[size].p99, 2)
    ),
    row('longest event-loop delay, ms', longest, 1),
    row('RSS before, MB', ({ before }) => before, 0),
    row('RSS peak, MB', ({ peak }) => peak, 0),
    row('RSS after unloading, MB', ({ settled }) => settled, 0)
  ]
  return ['', `${inputs[kind].length} ${kind}:`, '', ...rows.map((cells) => `| ${cells.join(' | ')} |`)]
}

function cell(systems, name, pick, decimals) {
  const value = median(systems[name].map(pick)).toFixed(decimals)
  if (name === OURS) return value
  const ratios = systems[OURS].map((round, index) => pick(round) / pick(systems[name][index]))
  return `${value} (${median(ratios).toFixed(2)})`
}

const longest = ({ eventLoop }) => Math.max(...Object.values(eventLoop).map(({ longest }) => longest))

function versions(systems) {
  const packages = systems.flatMap((system) => SYSTEMS[system].packages ?? [])
  return packages.length > 0
    ? ` ${packages.map((name) => `${name} ${peers.versionOf(name)}`).join(', ')}.`
    : ''
}
