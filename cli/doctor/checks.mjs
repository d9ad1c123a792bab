import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { allocatedBytes } from '../disk-usage.mjs'
import { describeHolder, lockHolder } from '../lock.mjs'
import { size } from '../units.mjs'
import { checkCpu } from './cpu.mjs'
import { probe } from './probing.mjs'

const require = createRequire(import.meta.url)
const { BINARIES, GLIBC, isOlder, libc, platformName } = require('../../lib/platform.js')
const { PACKAGE } = require('../../lib/onnx-runtime.js')
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/**
 * Examines this machine, and the storage folder if there is one. Each check has a `name`, a `verdict` (`ok`, `note`
 * for what somebody may want to change, `broken` for what does not work), what was found, and a remedy where there
 * is one.
 */
export async function examine(folder) {
  const engine = await probe('engine')
  const embedding = engine.error ? { error: engine.error } : await probe('embedding')
  const checks = {
    'Node.js': checkNode(),
    platform: checkPlatform(),
    CPU: checkCpu(engine.found?.cpuFeatures),
    engine: checkEngine(engine),
    'ONNX Runtime': engine.error ? null : checkEmbedding(embedding),
    'model cache': engine.error ? null : await checkModelCache(engine.found.modelCacheDir),
    storage: folder === undefined ? null : await checkStorage(folder)
  }
  return Object.entries(checks)
    .filter(([, check]) => check !== null)
    .map(([name, check]) => ({ name, ...check }))
}

function checkNode() {
  const { bun, deno, electron, node } = process.versions
  const [oldest] = /\d+\.\d+/.exec(engines.node)
  const host = { Bun: bun, Deno: deno, Electron: electron }
  const [name] = Object.keys(host).filter((key) => host[key])
  const finding = name ? `${name} ${host[name]} (as Node.js ${node})` : node
  if (!isOlder(node, oldest)) return { verdict: 'ok', finding }
  return { verdict: 'broken', finding, remedy: `Use Node.js ${oldest} or newer` }
}

function checkPlatform() {
  const platform = platformName()
  const library = libc()
  const version = library?.version
  const finding = [platform, library && `${library.name} ${version ?? 'of unknown version'}`, os.release()]
    .filter(Boolean)
    .join(', ')
  if (!BINARIES.includes(platform)) {
    return {
      verdict: 'broken',
      finding: `${finding}: there is no binary for it`,
      remedy: `Build it from source, or use one of ${BINARIES.join(', ')}`
    }
  }
  if (library?.name === 'glibc' && version && isOlder(version, GLIBC)) {
    return { verdict: 'broken', finding, remedy: `Use a system with glibc ${GLIBC} or newer` }
  }
  return { verdict: 'ok', finding }
}

function checkEngine({ found, error, problem, remedy }) {
  if (found) return { verdict: 'ok', finding: `finds what it has stored; ${found.file}`, details: found }
  return {
    verdict: 'broken',
    finding: problem ?? error,
    remedy: remedy ?? 'Reinstall qdrant-embedded on this machine'
  }
}

function checkEmbedding({ found, error, code, remedy }) {
  if (found) {
    const version = found.version ? `${found.version} of ${found.from}` : 'of ORT_DYLIB_PATH'
    return { verdict: 'ok', finding: `${version}, runs a model; ${found.library}`, details: found }
  }
  if (code === 'ONNX_RUNTIME_MISSING') {
    return {
      verdict: 'note',
      finding: 'not installed; all but embedImages and embedTexts works without',
      remedy: `For embeddings, ${remedy}`
    }
  }
  return {
    verdict: 'broken',
    finding: error,
    remedy: `Reinstall ${PACKAGE}, or correct ORT_DYLIB_PATH if it is set`
  }
}

async function checkModelCache(folder) {
  const bytes = await allocatedBytes(folder)
  const details = { path: folder, bytes }
  const parent = await firstThere(folder)
  try {
    await fs.access(parent, fs.constants.W_OK)
  } catch {
    return {
      verdict: 'note',
      finding: `${folder} cannot be written to: no model can be downloaded`,
      remedy: 'Give the cacheDir of each call, or set HF_HOME to a folder of yours',
      details
    }
  }
  return { verdict: 'ok', finding: `${size(bytes)} in ${folder}`, details }
}

async function firstThere(folder) {
  const isThere = await fs.stat(folder).catch(() => null)
  return isThere || path.dirname(folder) === folder ? folder : firstThere(path.dirname(folder))
}

async function checkStorage(folder) {
  const full = path.resolve(folder)
  const isFolder = (await fs.stat(full).catch(() => null))?.isDirectory() ?? false
  if (!isFolder) return { verdict: 'note', finding: `${full} is no folder; connect makes it, if it can` }
  const holder = await lockHolder(full)
  const details = { path: full, holder }
  if (!holder) return { verdict: 'ok', finding: `${full} is free`, details }
  return {
    verdict: 'note',
    finding: `${full} is held by ${describeHolder(holder)}`,
    remedy: 'One process at a time opens a folder: close the client there, or end that process',
    details
  }
}
