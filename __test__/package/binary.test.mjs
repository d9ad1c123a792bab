import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withFolder } from '../helpers.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const { BINARIES, libc, platformName } = require('../../lib/platform.js')
const { napi, version } = require('../../package.json')

/** The error of loading a copy of the package that has no binary; `before` runs in its process first. */
const loadCopy = (prepare, before = '') =>
  withFolder(async (folder) => {
    const copy = path.join(folder, 'node_modules', 'qdrant-embedded')
    await mkdir(copy, { recursive: true })
    for (const name of ['package.json', 'index.js', 'binding.js', 'lib']) {
      await cp(path.join(root, name), path.join(copy, name), { recursive: true })
    }
    await prepare(path.join(folder, 'node_modules'))
    const script = `${before}
      try { require('qdrant-embedded') } catch ({ code, message, remedy }) {
        console.log(JSON.stringify({ code, message, remedy }))
      }`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder })
    return JSON.parse(stdout)
  })

/** Makes the package of this platform's binary with that content. */
const withBinary = (content) => async (modules) => {
  const folder = path.join(modules, `qdrant-embedded-${platformName()}`)
  await mkdir(folder)
  await writeFile(path.join(folder, 'package.json'), `{ "main": "binary.node", "version": "${version}" }`)
  await writeFile(path.join(folder, 'binary.node'), content)
}

test('a_missing_binary_is_named_with_platform_and_remedy', async () => {
  const { code, message, remedy } = await loadCopy(() => {})
  assert.equal(code, 'BINARY_NOT_LOADED')
  assert.ok(message.startsWith(`The package qdrant-embedded-${platformName()}, `), message)
  assert.match(message, process.platform === 'linux' ? /\(linux-\S+, (glibc|musl) \d+\.\d+/ : /\(\S+\)/)
  assert.ok(remedy.includes(`npm install qdrant-embedded-${platformName()}@${version}`))
  assert.ok(message.endsWith(remedy))
})

test('a_binary_that_cannot_be_loaded_is_named_with_the_reason', async () => {
  const { code, message, remedy } = await loadCopy(withBinary('not a library'))
  assert.equal(code, 'BINARY_NOT_LOADED')
  assert.ok(message.startsWith(`The binary of qdrant-embedded for this platform (${platformName()}`), message)
  assert.match(message, /cannot be loaded: .*binary\.node/)
  assert.match(remedy, /reinstall/i)
})

const notLinux = process.platform !== 'linux' && 'only Linux has several C libraries'

const notGlibc = libc()?.name !== 'glibc' && 'there is no glibc here'

test('a_glibc_that_is_too_old_is_named', { skip: notGlibc }, async () => {
  const before = "process.report.getReport = () => ({ header: { glibcVersionRuntime: '2.17' } })"
  const { message, remedy } = await loadCopy(withBinary('not a library'), before)
  assert.match(message, /\(linux-\w+-gnu, glibc 2\.17\) cannot be loaded/)
  assert.match(remedy, /^It needs glibc 2\.28 or newer/)
})

/** Has a process take its C library for musl. */
const AS_IF_MUSL = `Object.defineProperty(process, 'report', { value: undefined })
    const { writeFileSync } = require('node:fs')
    writeFileSync('ldd', '#!/bin/sh\\necho "musl libc (x86_64)" >&2; echo "Version 1.2.5" >&2; exit 1', { mode: 0o755 })
    process.env.PATH = process.cwd() + ':' + process.env.PATH`

test('musl_is_known_by_its_loader', { skip: notLinux }, async () => {
  const { message } = await loadCopy(() => {}, AS_IF_MUSL)
  assert.match(message, /^The package qdrant-embedded-linux-\w+-musl, .*\(linux-\w+-musl, musl 1\.2\.5\)/)
})

test('musl_gets_no_onnx_runtime_that_is_made_for_glibc', { skip: notGlibc }, () =>
  withFolder(async (folder) => {
    const found = async (before) => {
      const script = `${before}
        const { onnxRuntime } = require(${JSON.stringify(path.join(root, 'lib', 'onnx-runtime.js'))})
        console.log(onnxRuntime()?.from)`
      return (await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder })).stdout.trim()
    }
    assert.equal(await found(''), 'onnxruntime-node')
    assert.equal(await found(AS_IF_MUSL), 'undefined')
  })
)

test('a_platform_without_binary_is_told_those_that_have_one', async () => {
  const before = "Object.defineProperty(process, 'arch', { value: 'sparc' })"
  const { message, remedy } = await loadCopy(() => {}, before)
  assert.match(message, /^qdrant-embedded has no binary for this platform \(\S*sparc/)
  for (const platform of BINARIES) assert.ok(remedy.includes(platform))
})

test('the_platforms_are_those_that_the_binaries_are_built_for', async () => {
  const { parseTriple } = await import('@napi-rs/cli')
  assert.deepEqual(
    BINARIES,
    napi.targets.map((target) => parseTriple(target).platformArchABI)
  )
})

test('embedding_without_ONNX_Runtime_says_what_to_install', () =>
  withFolder(async (folder) => {
    const copy = path.join(folder, 'node_modules', 'qdrant-embedded')
    await mkdir(copy, { recursive: true })
    for (const name of [
      'package.json',
      'index.js',
      'binding.js',
      'lib',
      `qdrant-embedded.${platformName()}.node`
    ]) {
      await cp(path.join(root, name), path.join(copy, name), { recursive: true })
    }
    for (const name of ['@qdrant', 'undici']) {
      await cp(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name), {
        recursive: true
      })
    }
    const script = `const { connect, embedTexts, QdrantError } = require('qdrant-embedded')
      connect({ location: ':memory:' }).then((client) => client.close()).then(() => embedTexts(['a'])).catch((error) => {
        console.log(JSON.stringify({ ...error, message: error.message, isOurs: error instanceof QdrantError }))
      })`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: folder,
      env: { ...process.env, ORT_DYLIB_PATH: '' }
    })
    const { isOurs, status, code, message, remedy } = JSON.parse(stdout)
    assert.deepEqual([isOurs, status, code], [true, 500, 'ONNX_RUNTIME_MISSING'])
    assert.match(message, /^ONNX Runtime, which runs the models, is not installed: /)
    assert.match(remedy, /npm install qdrant-embedded-onnxruntime|no package of it for/)
    assert.match(remedy, /ORT_DYLIB_PATH/)
  }))
