import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { SetupError } from '../lib/run.mjs'
import { checkBinary } from './binary-format.mjs'
import {
  binaryFile,
  binaryManifest,
  mainManifest,
  onnxRuntimeLibraryManifest,
  onnxRuntimeManifest,
  onnxRuntimeNoneManifest,
  source
} from './manifests.mjs'

const require = createRequire(import.meta.url)
const { BINARIES, ONNX_RUNTIMES } = require('../../lib/platform.js')
const here = path.join(root, 'scripts', 'packages')

/** Where onnxruntime-node keeps the library of each system. */
const LIBRARIES = { win32: 'onnxruntime.dll', darwin: 'libonnxruntime.1.dylib', linux: 'libonnxruntime.so.1' }

/**
 * Lays out the folder of every package in `folder`. Binaries are taken from `binaries`. Resolves to the packages, in
 * the order in which they can be published; those without their binary or library are not `isComplete`. `notices` is the text about third parties.
 */
export function stage(folder, { binaries, notices }) {
  fs.rmSync(folder, { recursive: true, force: true })
  const make = (name, manifest, files) => {
    const target = path.join(folder, name)
    fs.mkdirSync(target, { recursive: true })
    fs.writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    for (const [file, content] of Object.entries(files)) place(content, path.join(target, file))
    const isComplete = Object.values(files).every((content) => content !== null)
    return { name: manifest.name, version: manifest.version, manifest, folder: target, isComplete }
  }
  return [
    ...BINARIES.map((platform) =>
      make(platform, binaryManifest(platform), binaryFiles(platform, binaries, notices))
    ),
    ...ONNX_RUNTIMES.map((platform) => {
      const library = LIBRARIES[platform.split('-')[0]]
      const manifest = onnxRuntimeLibraryManifest(platform, library)
      return make(`onnxruntime-${platform}`, manifest, libraryFiles(platform, library))
    }),
    make('onnxruntime-none', onnxRuntimeNoneManifest(), {
      'index.js': text('// Embeddings are left out.\n'),
      'README.md': text(
        `# ${source.name}-onnxruntime, without anything\n\nFor applications that make no embeddings.\n`
      ),
      LICENSE: copy(path.join(root, 'LICENSE'))
    }),
    make('onnxruntime', onnxRuntimeManifest(ONNX_RUNTIMES), {
      'index.js': copy(path.join(here, 'onnxruntime', 'index.js')),
      'README.md': copy(path.join(here, 'onnxruntime', 'README.md')),
      LICENSE: copy(path.join(here, 'onnxruntime', 'LICENSE'))
    }),
    make('main', mainManifest(BINARIES), mainFiles())
  ]
}

/** Refuses packages of which some are not complete. */
export function requireAll(packages) {
  const missing = packages.filter(({ isComplete }) => !isComplete).map(({ name }) => name)
  if (missing.length > 0) throw new SetupError(`No binary for ${missing.join(', ')}`)
}

const text = (content) => ({ content })
const copy = (from) => ({ from })

function place(file, to) {
  if (file === null) return
  fs.mkdirSync(path.dirname(to), { recursive: true })
  if (file.content === undefined) fs.cpSync(file.from, to, { recursive: true })
  else fs.writeFileSync(to, file.content)
}

function mainFiles() {
  const files = [...source.files, 'README.md', 'LICENSE']
  return Object.fromEntries(files.map((file) => [file, copy(path.join(root, file))]))
}

function binaryFiles(platform, binaries, notices) {
  const file = binaryFile(platform)
  const from = path.join(binaries, file)
  const isThere = fs.existsSync(from)
  if (isThere) checkBinary(from, platform)
  return {
    [file]: isThere ? copy(from) : null,
    'README.md': text(
      `# ${source.name}-${platform}\n\nThe binary of [${source.name}](https://www.npmjs.com/package/${source.name}) ` +
        `for ${platform}. Install that package; npm chooses this one where it fits.\n`
    ),
    LICENSE: copy(path.join(root, 'LICENSE')),
    'THIRD-PARTY-NOTICES.txt': text(notices)
  }
}

function libraryFiles(platform, library) {
  const [os, cpu] = platform.split('-')
  const from = path.join(root, 'node_modules/onnxruntime-node/bin/napi-v6', os, cpu, library)
  if (!fs.existsSync(from)) throw new SetupError(`onnxruntime-node has no ${path.relative(root, from)}`)
  checkBinary(from, platform)
  return {
    [library]: copy(from),
    'README.md': copy(path.join(here, 'onnxruntime', 'README.md')),
    LICENSE: copy(path.join(here, 'onnxruntime', 'LICENSE')),
    'ThirdPartyNotices.txt': copy(path.join(here, 'onnxruntime', 'ThirdPartyNotices.txt'))
  }
}
