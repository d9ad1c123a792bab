import fs from 'node:fs/promises'
import path from 'node:path'
import { IMAGE_OPTIONS, IMAGE_OPTIONS_HELP, parse } from '../arguments.mjs'
import { openCollection } from '../collection.mjs'
import { contactSheet } from '../contact-sheet.mjs'
import { embed, failedImage } from '../embedding.mjs'
import { UsageError } from '../errors.mjs'
import { MODEL_HELP, resolveModel } from '../model.mjs'
import { withStorage } from '../storage.mjs'

export const help = `Usage: qdrant-embedded search <image> [options]

Prints the indexed images that are most similar to an image, best first, and writes them to a contact sheet: an HTML
page with the image and its matches that opens in any browser.

Options:
  --top <count>         how many matches (default: 5)
  --html <file>         where to write the contact sheet (default: ./contact-sheet.html)
  --no-html             write none
${IMAGE_OPTIONS_HELP}
${MODEL_HELP}
                        (default: the one that the collection was made with)
  -h, --help            this text
`

const OPTIONS = {
  ...IMAGE_OPTIONS,
  top: { type: 'string', default: '5' },
  html: { type: 'string' },
  'no-html': { type: 'boolean', default: false }
}

export async function run(args) {
  const options = parse(args, 'image', OPTIONS)
  const top = positiveInteger('--top', options.top)
  if (options.html && options['no-html']) throw new UsageError("Option '--html' contradicts '--no-html'")
  const image = path.resolve(options.image)
  if (!(await isFile(image))) throw new Error(`No such file: ${options.image}`)
  await requireStorage(options.path)
  const asked = options.model && (await resolveModel(options.model))

  const result = await withStorage(options.path, (client) =>
    search(client, options.collection, asked, image, top)
  )
  for (const [index, { id, score, file }] of result.matches.entries()) {
    console.log(`#${index} id=${id} score=${score.toFixed(4)} path=${file}`)
  }
  if (options['no-html']) return
  const sheet = path.resolve(options.html ?? 'contact-sheet.html')
  await fs.writeFile(sheet, await contactSheet(result))
  process.stderr.write(`model: ${result.model}\ncontact sheet: ${sheet}\n`)
}

async function search(client, name, asked, image, limit) {
  const collection = await openCollection(client, name, asked)
  if (collection.size === null) {
    const { collections } = await client.getCollections()
    const others = collections.map((other) => other.name).join(', ')
    throw new Error(`No collection "${name}" there${others && ` (there is: ${others})`}; run \`index\` first`)
  }
  const query = await embedOne(collection.model, image)
  const { points } = await client.query(name, { query, limit, with_payload: ['image_path'] })
  const { count } = await client.count(name)
  return {
    query: image,
    matches: points.map(({ id, score, payload }) => ({ id, score, file: String(payload?.image_path ?? '') })),
    model: collection.model.label,
    collection: name,
    count
  }
}

async function embedOne(model, image) {
  try {
    const [vector] = await embed(model, [image])
    return vector
  } catch (error) {
    const failed = failedImage(error)
    throw failed ? new Error(`${image}: ${failed.reason}`, { cause: error }) : error
  }
}

function positiveInteger(option, text) {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`Option '${option}' takes a number from 1, not '${text}'`)
  return Number(text)
}

async function isFile(file) {
  return (await fs.stat(file).catch(() => null))?.isFile() ?? false
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
