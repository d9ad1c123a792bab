// npm run benchmark:embed: images and texts a second, beside ONNX Runtime used directly and the package fastembed.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { root } from '../../scripts/lib/paths.mjs'
import { main, note, SetupError } from '../../scripts/lib/run.mjs'
import { peers } from './peers.mjs'
import { report } from './report.mjs'
import { OURS, SYSTEMS } from './systems.mjs'

const USAGE = `Usage: npm run benchmark:embed [-- options]

  --rounds <n>            rounds; the tables have medians         (default 5)
  --systems <a,b>         some of ${Object.keys(SYSTEMS).join(', ')}; ${OURS} always takes part
                          (default: all)
  --batches <a,b>         how many inputs at once                 (default 1,8,32)
  --threads <n>           CPU cores of the network                (default: all but one)
  --images <folder>       JPEG files                              (default: the photographs of the example)
  --image-model <folder>  model.onnx, preprocessor_config.json    (default: EfficientNet-Lite0 of the example)
  --text-model <folder>   a text model of mean pooling, such as all-MiniLM-L6-v2; without, texts are left out
  --memory <n>            embeds so many images instead, and shows the memory meanwhile and after unloading
  --json                  prints the results of all rounds instead`

const data = path.join(root, 'examples/image-search/data')
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

await main(async () => {
  const plan = options()
  if (plan.memory) return showMemory(plan)
  if (plan.systems.length > 1) await peers.ensure()
  const load = os.loadavg()[0]
  const results = {}
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [kind, inputs] of Object.entries(plan.inputs)) {
      for (const system of plan.systems) {
        if (!SYSTEMS[system].kinds.includes(kind)) continue
        note(`Round ${round} of ${plan.rounds}: ${kind}, ${system}`)
        const { batchSizes, threads } = plan
        const settings = { system, kind, inputs, batchSizes, threads, folder: plan.models[kind] }
        results[kind] ??= {}
        results[kind][system] ??= []
        results[kind][system].push(await measure({ ...settings, maxTokens: plan.maxTokens }))
      }
    }
  }
  console.log(plan.json ? JSON.stringify(results) : report(results, { plan, rounds: plan.rounds, load }))
})

async function measure(plan) {
  const output = await child(here('child.mjs'), plan, 'pipe')
  return JSON.parse(output.trim().split('\n').at(-1))
}

async function showMemory({ memory, inputs, models, threads }) {
  const plan = {
    inputs: inputs.images,
    total: memory,
    perCall: Math.min(500, memory),
    folder: models.images,
    threads
  }
  await child(here('memory.mjs'), plan, 'inherit')
}

async function child(file, plan, stdout) {
  const running = spawn(process.execPath, ['--expose-gc', file, JSON.stringify(plan)], {
    stdio: ['ignore', stdout, 'inherit']
  })
  let output = ''
  running.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const [code, signal] = await new Promise((resolve, reject) => {
    running.once('error', reject)
    running.once('close', (...status) => resolve(status))
  })
  if (code !== 0) throw new SetupError(`${path.basename(file)} ended with ${signal ?? `exit code ${code}`}`)
  return output
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '5' },
        systems: { type: 'string', default: Object.keys(SYSTEMS).join() },
        batches: { type: 'string', default: '1,8,32' },
        threads: { type: 'string', default: String(Math.max(1, os.availableParallelism() - 1)) },
        images: { type: 'string', default: path.join(data, 'images') },
        'image-model': { type: 'string', default: path.join(data, 'models/efficientnet-lite0') },
        'text-model': { type: 'string' },
        memory: { type: 'string' },
        json: { type: 'boolean', default: false }
      }
    })
    const count = (name, text) => {
      const number = Number(text)
      if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes whole numbers from 1`)
      return number
    }
    const others = values.systems.split(',').filter((name) => name !== OURS)
    const unknown = others.find((name) => !Object.hasOwn(SYSTEMS, name))
    if (unknown !== undefined) throw new Error(`Unknown system '${unknown}'`)
    const texts = paragraphs()
    const images = photographs(values.images)
    if (images.length === 0) throw new Error(`no JPEG files in ${values.images}`)
    const inputs = { images, ...(values['text-model'] && { texts }) }
    return {
      inputs,
      systems: [OURS, ...others],
      models: { images: values['image-model'], texts: values['text-model'] },
      rounds: count('rounds', values.rounds),
      batchSizes: values.batches.split(',').map((size) => count('batches', size)),
      threads: count('threads', values.threads),
      // More than any of the texts has.
      maxTokens: 128,
      memory: values.memory && count('memory', values.memory),
      json: values.json
    }
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`)
  }
}

function photographs(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => /\.jpe?g$/i.test(file))
    .sort()
    .map((file) => path.join(folder, file))
}

/** English texts of some length: what is prose in the documentation. */
function paragraphs() {
  const folder = path.join(root, 'docs')
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'api.md')
    .sort()
    .flatMap((file) => fs.readFileSync(path.join(folder, file), 'utf8').split(/\n\s*\n/))
    .map((text) => text.replaceAll(/\s+/g, ' ').trim())
    .filter((text) => /^[A-Z]/.test(text) && text.length >= 60)
    .map((text) => text.slice(0, 300))
}
