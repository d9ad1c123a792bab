// A flame graph of what a query is made of besides the engine, which is one frame of it: `node benchmark/flame.mjs out.svg`.
// Needs Linux, `perf`, and `inferno-collapse-perf` and `inferno-flamegraph` (`cargo install inferno`).

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { connect } from '../index.js'
import { ensureData, readPoints, readQueries } from './data.mjs'

const POINTS = 20_000
const DIM = 384

/** After this time the child that is watched asks, and does nothing else (ms). */
const START = 3_000
const DURATION = 15_000

const TITLE = `client.query, ${POINTS} x ${DIM}, limit 10 with payload`
const MAX_BUFFER = 2 ** 30

const data = ensureData(POINTS, DIM)
const [out, folder] = process.argv.slice(2)
if (folder) await ask(folder)
else await draw(out)

/** Queries one by one. */
async function ask(folder) {
  const { queries } = readQueries(data, DIM)
  const client = await connect({ path: folder })
  const end = performance.now() + START + DURATION
  for (let i = 0; performance.now() < end; i++) {
    await client.query('c', { query: queries[i % queries.length], limit: 10, with_payload: true })
  }
  await client.close()
}

async function draw(out) {
  const folder = mkdtempSync(join(tmpdir(), 'qdrant-embedded-flame-'))
  try {
    const client = await connect({ path: join(folder, 'data') })
    await client.createCollection('c', { vectors: { size: DIM, distance: 'Cosine' } })
    for await (const batch of readPoints(data, DIM, 1000)) await client.upsert('c', { points: batch })
    await client.waitForIndexing('c')
    await client.close()
    await sleep(1000)

    const samples = join(folder, 'perf.data')
    const child = [process.execPath, '--perf-basic-prof', '--interpreted-frames-native-stack']
    const script = [fileURLToPath(import.meta.url), 'asked', join(folder, 'data')]
    const record = ['record', '-o', samples, '-F', '997', '-D', String(START), '--call-graph', 'dwarf,16384']
    execFileSync('perf', [...record, ...child, ...script], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit']
    })
    const stacks = execFileSync('perf', ['script', '-i', samples, '--no-inline'], {
      maxBuffer: MAX_BUFFER,
      stdio: ['ignore', 'pipe', 'ignore']
    })
    const folded = execFileSync('inferno-collapse-perf', { input: stacks, maxBuffer: MAX_BUFFER })
    const graph = execFileSync(
      'inferno-flamegraph',
      ['--title', TITLE, '--countname', 'ns', '--minwidth', '0.3', '--hash'],
      { input: inBrief(folded.toString()), maxBuffer: MAX_BUFFER, stdio: ['pipe', 'pipe', 'ignore'] }
    )
    writeFileSync(out, asPicture(graph.toString()))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The graph without its program: a picture in a page runs none. */
function asPicture(svg) {
  return svg.replace(/<script[\s\S]*?<\/script>/, '').replace(/ onload="[^"]*"/, '')
}

/** Stacks that end where the engine begins. V8's names of compiled functions are those of whichever had the address first. */
function inBrief(folded) {
  return folded
    .replaceAll('[unknown];', '')
    .replaceAll(/;[^;\n]*qdrant_edge::.* (\d+)$/gm, ';qdrant-edge $1')
    .replaceAll(/(?:;(?:JS|Eval|Script|RegExp):[^;\n]*(?=;| \d+$))+/gm, ';JavaScript')
}
