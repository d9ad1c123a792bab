import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkBinary } from '../../scripts/packages/binary-format.mjs'
import { requireAll, stage } from '../../scripts/packages/stage.mjs'
import { withFolder } from '../helpers.mjs'

const { BINARIES, platformName } = createRequire(import.meta.url)('../../lib/platform.js')
const root = fileURLToPath(new URL('../..', import.meta.url))
const addon = path.join(root, `qdrant-embedded.${platformName()}.node`)

const stageFrom = (folder) => stage(path.join(folder, 'npm'), { binaries: folder, notices: 'none' })

test('all_packages_are_refused_unless_there_is_a_binary_for_each', () =>
  withFolder(async (folder) => {
    await copyFile(addon, path.join(folder, path.basename(addon)))
    const missing = BINARIES.filter((platform) => platform !== platformName())
    const names = missing.map((platform) => `qdrant-embedded-${platform}`)
    const packages = stageFrom(folder)
    assert.throws(() => requireAll(packages), { message: `No binary for ${names.join(', ')}` })
    requireAll(packages.filter(({ name }) => !names.includes(name)))
  }))

test('a_binary_of_another_platform_is_refused', () =>
  withFolder(async (folder) => {
    const other = platformName().startsWith('linux') ? 'darwin-arm64' : 'linux-arm64-gnu'
    await copyFile(addon, path.join(folder, `qdrant-embedded.${other}.node`))
    assert.throws(() => stageFrom(folder), /is a library for \w+-\w+, not \w+-\w+/)
  }))

test('the_platform_of_a_library_is_read_from_the_library', () =>
  withFolder(async (folder) => {
    // The libraries of ONNX Runtime are real ones of every system.
    const libraries = path.join(root, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6')
    for (const [platform, name] of [
      ['win32-x64', 'onnxruntime.dll'],
      ['win32-arm64', 'onnxruntime.dll'],
      ['darwin-arm64', 'libonnxruntime.1.dylib'],
      ['linux-x64', 'libonnxruntime.so.1'],
      ['linux-arm64', 'libonnxruntime.so.1']
    ]) {
      const file = path.join(libraries, ...platform.split('-'), name)
      checkBinary(file, platform)
      assert.throws(
        () => checkBinary(file, 'darwin-x64'),
        new RegExp(`is a library for ${platform}, not darwin-x64`)
      )
    }
    const text = path.join(folder, 'text.node')
    await writeFile(text, 'not a library')
    assert.throws(() => checkBinary(text, 'linux-x64-gnu'), /no known platform/)
  }))
