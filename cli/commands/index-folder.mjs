import { createRequire } from 'node:module'
import path from 'node:path'
import { indexFolder, watchFolder } from '../../index.js'
import { FILE_OPTIONS, FILE_OPTIONS_HELP, parse } from '../arguments.mjs'
import { IndexProgress } from '../index-progress.mjs'
import { MODEL_HELP, modelOption, TEXT_MODEL_HELP } from '../model.mjs'
import { duration } from '../progress.mjs'
import { isStorage, withStorage } from '../storage.mjs'

const require = createRequire(import.meta.url)
const { findFiles } = require('../../lib/folder/files.js')
const { kindsOf } = require('../../lib/folder/kinds.js')
const { folderOptions } = require('../../lib/folder/options.js')

export const help = `Usage: qdrant-embedded index <folder> [options]

Embeds the images of a folder and its subfolders (JPEG, PNG, WebP, GIF, BMP) and stores one point for each in a
collection, with the image's path as image_path. The collection is created if it does not exist. Running it again
embeds only what is new or has changed, and deletes the points of files that are gone; files that cannot be read as
images are skipped with a warning. Ctrl-C keeps what was done; the next run goes on from there.

Options:
  --texts               texts, too (.txt, .md): points of their chunks in a collection of their own
  --watch               go on, and keep the collections as the folder is until Ctrl-C
${FILE_OPTIONS_HELP}
${MODEL_HELP}
                        (default: the one that the collection was made with, clip for a new one)
${TEXT_MODEL_HELP}
  -h, --help            this text

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C.
`

const OPTIONS = {
  ...FILE_OPTIONS,
  texts: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false }
}

export async function run(args) {
  const options = parse(args, 'folder', OPTIONS)
  const kinds = {
    images: { collection: options.collection, model: options.model },
    texts: options.texts && { collection: options['text-collection'], model: options['text-model'] }
  }
  const request = folderOptions(kinds)
  if (!options.watch && !(await isStorage(options.path))) await requireFiles(options.folder, request)
  for (const { settings, kind } of kindsOf(request)) {
    kinds[kind.plural] = { ...settings, model: modelOption(settings.model) }
  }

  return withStorage(options.path, async (client, signal) => {
    const progress = new IndexProgress()
    const indexing = { ...kinds, signal, onProgress: (event) => progress.update(event) }
    const started = Date.now()
    if (!options.watch) {
      const result = await indexFolder(client, options.folder, indexing)
      progress.end()
      report(result, options.path, Date.now() - started)
      requireSuccess(result)
      return
    }
    const watcher = await watchFolder(client, options.folder, {
      ...indexing,
      onScanError: (error) => progress.note(`warning: ${error.message}`)
    })
    progress.end()
    report(watcher.result, options.path, Date.now() - started)
    progress.listFiles()
    progress.note(`Watching ${watcher.result.folder} until Ctrl-C`)
    await watcher.closed
  })
}

async function requireFiles(folder, options) {
  const { root, files } = await findFiles(folder, kindsOf(options), options)
  if (files.length === 0) throw noFiles(root, options)
}

function report(result, storage, milliseconds) {
  const time = duration(milliseconds / 1000)
  for (const { file, error } of result.failures.filter(({ kind }) => kind === null)) {
    process.stderr.write(`warning: ${file}: ${error.message}\n`)
  }
  for (const [name, kind] of kindsIn(result)) {
    const { found, indexed, unchanged, failed, removed } = kind
    const counts = [`${indexed} indexed`, `${unchanged} unchanged`, `${failed} skipped`]
    if (removed > 0) counts.push(`${removed} removed`)
    console.log(`${found} ${name}: ${counts.join(', ')}, in ${time}`)
    console.log(`model: ${kind.model}`)
    console.log(`collection: ${kind.collection} in ${path.resolve(storage)}`)
  }
}

/** A run that has not done anything of what it was asked for has failed. */
function requireSuccess(result) {
  const kinds = kindsIn(result)
  const count = (key) => kinds.reduce((sum, [, kind]) => sum + kind[key], 0)
  if (count('found') === 0 && count('removed') === 0) throw noFiles(result.folder, result)
  if (count('found') > 0 && count('failed') === count('found')) {
    throw new Error(`None of the ${names(result)} in ${result.folder} could be indexed`)
  }
}

function noFiles(folder, kinds) {
  const nouns = names(kinds)
  return new Error(`No ${nouns} in ${folder}`)
}

const kindsIn = ({ images, texts }) => Object.entries({ images, texts }).filter(([, kind]) => kind)

const names = (kinds) =>
  kindsIn(kinds)
    .map(([name]) => name)
    .join(' or ')
