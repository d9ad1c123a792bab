// npm run demo: from a folder of photographs to "find the most similar", with the command that users have.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { main, run, SetupError } from './lib/run.mjs'

const example = path.join(root, 'examples', 'image-search')
const SMALL_MODEL = path.join(example, 'data', 'models', 'efficientnet-lite0')
const QUERIES = ['cat/crop.jpg', 'pagoda/lowq.jpg', 'mountain-peaks/light.jpg']

await main(async () => {
  const { model } = options()
  await prepare()
  // Vectors of two models do not compare: each has a collection of its own.
  const collection = path.basename(model)
  const storage = ['--path', path.join(example, 'qdrant_data'), '--collection', collection]
  const photographs = path.join(example, 'data', 'images')

  await cli('index', photographs, ...storage, '--model', model)
  const sheets = []
  for (const query of QUERIES) {
    const sheet = path.join(example, `contact-sheet-${path.dirname(query)}.html`)
    await cli('search', path.join(photographs, query), ...storage, '--html', sheet)
    sheets.push(sheet)
  }
  console.log(`\nOpen in a browser: ${sheets.map((sheet) => path.relative(process.cwd(), sheet)).join(', ')}`)
  if (model === SMALL_MODEL) {
    console.log('This was the small model of the repository. With a network: npm run demo -- --model clip')
  }
})

function options() {
  try {
    return parseArgs({ options: { model: { type: 'string', default: SMALL_MODEL } } }).values
  } catch (error) {
    throw new SetupError(`${error.message}\nUsage: npm run demo [-- --model <name|folder|clip>]`)
  }
}

async function cli(...args) {
  const shown = args.map((arg) => (path.isAbsolute(arg) ? path.relative(process.cwd(), arg) : arg))
  console.log(`\n$ npx qdrant-embedded ${shown.join(' ')}`)
  await run(process.execPath, [path.join(root, 'cli', 'main.mjs'), ...args])
}
