import fs from 'node:fs/promises'
import path from 'node:path'
import { searchFiles } from '../../index.js'
import { FILE_OPTIONS, FILE_OPTIONS_HELP, parse } from '../arguments.mjs'
import { contactSheet } from '../contact-sheet.mjs'
import { UsageError } from '../errors.mjs'
import { IndexProgress } from '../index-progress.mjs'
import { MODEL_HELP, modelLabel, modelOption, TEXT_MODEL_HELP } from '../model.mjs'
import { withStorage } from '../storage.mjs'

export const help = `Usage: qdrant-embedded search <image> [options]
       qdrant-embedded search --text <words> [options]

Prints the indexed images that are most similar to an image, best first, and writes them to a contact sheet: an HTML
page with the image and its matches that opens in any browser. With words, prints the images that they describe, if the
images were indexed with CLIP, and the chunks of texts that are about them.

Options:
  --text <words>        search by words
  --top <count>         how many matches (default: 5)
  --html <file>         where to write the contact sheet (default: ./contact-sheet.html)
  --no-html             write none
${FILE_OPTIONS_HELP}
${MODEL_HELP}
                        (default: the one that the collection was made with)
${TEXT_MODEL_HELP}
  -h, --help            this text

Exit codes: 0 done, 1 failed, 2 wrong usage.
`

const OPTIONS = {
  ...FILE_OPTIONS,
  text: { type: 'string' },
  top: { type: 'string', default: '5' },
  html: { type: 'string' },
  'no-html': { type: 'boolean', default: false }
}

const EXCERPT_LENGTH = 100

export async function run(args) {
  const options = parse(args, 'image', OPTIONS, 'text')
  const limit = positiveInteger('--top', options.top)
  if (options.html && options['no-html']) throw new UsageError("Option '--html' contradicts '--no-html'")
  const query = await readQuery(options)
  await requireStorage(options.path)
  const kinds = {
    images: { collection: options.collection, model: modelOption(options.model) },
    texts: { collection: options['text-collection'], model: modelOption(options['text-model']) }
  }
  const progress = new IndexProgress()
  const onProgress = (event) => progress.update(event)

  const { images, texts, sheet } = await withStorage(options.path, async (client, signal) => {
    const found = await searchFiles(client, query, { ...kinds, limit, onProgress, signal })
    const sheet = found.images && (await aboutCollection(client, options.collection))
    return { ...found, sheet }
  })
  const hasBoth = images && texts
  if (hasBoth) console.log('images:')
  for (const [index, match] of (images ?? []).entries()) console.log(line(index, match))
  if (hasBoth) console.log('texts:')
  for (const [index, match] of (texts ?? []).entries()) console.log(line(index, match))
  if (options['no-html'] || !images) return
  const file = path.resolve(options.html ?? 'contact-sheet.html')
  await fs.writeFile(file, await contactSheet({ query, matches: images, ...sheet }))
  process.stderr.write(`model: ${sheet.model}\ncontact sheet: ${file}\n`)
}

function line(index, { id, score, file, text, start, end }) {
  const parts = [`#${index}`, `id=${id}`, `score=${score.toFixed(4)}`, `path=${file}`]
  if (text !== undefined) {
    const excerpt = text.replace(/\s+/g, ' ')
    const shown = excerpt.length > EXCERPT_LENGTH ? `${excerpt.slice(0, EXCERPT_LENGTH - 1)}…` : excerpt
    parts.push(`at=${start}-${end}`, `text=${shown}`)
  }
  return parts.join(' ')
}

async function aboutCollection(client, collection) {
  const { config } = await client.getCollection(collection)
  const { count } = await client.count(collection)
  return { collection, count, model: modelLabel(config.metadata ?? { model: 'unknown' }) }
}

async function readQuery({ text, image }) {
  if (text !== undefined) return { text }
  const file = path.resolve(image)
  const stat = await fs.stat(file).catch(() => null)
  if (!stat?.isFile()) throw new Error(`No such file: ${image}`)
  return { image: file }
}

function positiveInteger(option, text) {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`Option '${option}' takes a number from 1, not '${text}'`)
  return Number(text)
}

/** Opening would create it. */
async function requireStorage(folder) {
  const entries = await fs.readdir(folder).catch(() => [])
  if (entries.length === 0) {
    throw new Error(
      `Nothing is indexed in ${path.resolve(folder)}; run \`qdrant-embedded index <folder>\` first`
    )
  }
}
