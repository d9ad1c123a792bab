import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { connect, modelCacheDir } from '../../index.js'
import { withFolder } from '../helpers.mjs'
import { run } from './helpers.mjs'

const USED = { x64: ['avx', 'avx2', 'f16c', 'fma'], arm64: ['asimd', 'asimdhp'] }

async function examine(folder, args = [], env = {}) {
  const { code, stdout, stderr } = await run(folder, ['doctor', '--json', ...args], undefined, env)
  assert.equal(stderr, '')
  const { verdict, checks } = JSON.parse(stdout)
  return { code, verdict, checks: Object.fromEntries(checks.map(({ name, ...check }) => [name, check])) }
}

test('doctor_finds_that_all_works_here', () =>
  withFolder(async (folder) => {
    const { code, verdict, checks } = await examine(folder)
    assert.equal(verdict, 'ok', JSON.stringify(checks))
    assert.equal(code, 0)
    assert.equal(checks['Node.js'].finding, process.versions.node)
    assert.ok(checks.platform.finding.startsWith(`${process.platform}-${process.arch}`))
    assert.match(checks.engine.details.file, /\.node$/)
    const { version } = JSON.parse(
      await readFile(new URL('../../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8')
    )
    assert.equal(checks['ONNX Runtime'].details.version, version)
    assert.equal(checks['model cache'].details.path, modelCacheDir())
    assert.equal(checks.storage, undefined)
    if (process.platform === 'linux') {
      const flags = (await readFile('/proc/cpuinfo', 'utf8')).split(/\s+/)
      const { has, lacks } = checks.CPU.details
      assert.deepEqual([...has, ...lacks].sort(), [...USED[process.arch]].sort())
      for (const name of has) assert.ok(flags.includes(name), name)
      for (const name of lacks) assert.ok(!flags.includes(name), name)
    }
    assert.deepEqual(await readdir(folder), [])
  }))

test('doctor_prints_a_line_for_each_check_and_a_verdict', () =>
  withFolder(async (folder) => {
    const { code, stdout } = await run(folder, ['doctor', '--path', 'missing'])
    assert.equal(code, 0)
    assert.match(stdout, /^qdrant-embedded \d/)
    for (const name of ['Node.js', 'platform', 'engine', 'ONNX Runtime', 'model cache']) {
      assert.match(stdout, new RegExp(`^✓ ${name} +\\S`, 'm'))
    }
    assert.match(stdout, /^! storage +.*missing is no folder/m)
    assert.match(stdout, /\nNothing is broken\.\n$/)
  }))

test('doctor_says_what_is_wrong_with_a_binary_that_does_not_load', () =>
  withFolder(async (folder) => {
    const binary = path.join(folder, 'broken.node')
    await writeFile(binary, 'not a library')
    const { code, verdict, checks } = await examine(folder, [], { NAPI_RS_NATIVE_LIBRARY_PATH: binary })
    assert.equal(code, 1)
    assert.equal(verdict, 'broken')
    assert.equal(checks.engine.verdict, 'broken')
    assert.ok(checks.engine.finding.includes(`${process.platform}-${process.arch}`), checks.engine.finding)
    assert.ok(checks.engine.finding.includes('broken.node'), checks.engine.finding)
    assert.match(checks.engine.remedy, /install/)
    assert.equal(checks['ONNX Runtime'], undefined)
  }))

test('doctor_says_what_is_wrong_with_a_library_that_does_not_load', () =>
  withFolder(async (folder) => {
    const library = path.join(folder, 'libonnxruntime.so')
    const { code, checks } = await examine(folder, [], { ORT_DYLIB_PATH: library })
    assert.equal(code, 1)
    assert.equal(checks.engine.verdict, 'ok')
    assert.equal(checks['ONNX Runtime'].verdict, 'broken')
    assert.ok(checks['ONNX Runtime'].finding.includes(library))
    assert.match(checks['ONNX Runtime'].remedy, /ORT_DYLIB_PATH/)
    const { stdout } = await run(folder, ['doctor'], undefined, { ORT_DYLIB_PATH: library })
    assert.match(stdout, /^✗ ONNX Runtime .*\n +→ Reinstall/m)
    assert.match(stdout, /\nBroken: ONNX Runtime\n$/)
  }))

test('doctor_counts_the_models_that_were_downloaded', () =>
  withFolder(async (folder) => {
    const cache = path.join(folder, 'hub')
    await mkdir(cache)
    await writeFile(path.join(cache, 'model.onnx'), Buffer.alloc(3e6, 1))
    const { checks } = await examine(folder, [], { HF_HOME: cache })
    const { details, verdict } = checks['model cache']
    assert.equal(verdict, 'ok')
    assert.equal(details.path, cache)
    assert.ok(details.bytes >= 3e6 && details.bytes < 4e6, `${details.bytes}`)
  }))

test('doctor_looks_at_the_folder_of_the_other_commands', () =>
  withFolder(async (folder) => {
    await mkdir(path.join(folder, 'qdrant_data'))
    const { checks } = await examine(folder)
    assert.equal(checks.storage.details.path, path.join(folder, 'qdrant_data'))
  }))

test('doctor_tells_who_holds_a_storage_folder_without_opening_it', () =>
  withFolder(async (folder) => {
    const data = path.join(folder, 'data')
    const free = async () => (await examine(folder, ['--path', 'data'])).checks.storage
    const client = await connect({ path: data })
    try {
      const { code, checks } = await examine(folder, ['--path', 'data'])
      assert.equal(code, 0)
      assert.equal(checks.storage.verdict, 'note')
      assert.equal(checks.storage.details.holder.pid, process.pid)
      assert.match(checks.storage.remedy, /close/)
    } finally {
      await client.close()
    }
    assert.equal((await free()).details.holder, null)
    assert.equal((await readdir(data)).includes('.lock.pid'), false)
  }))

test('a_note_of_a_process_that_was_killed_is_no_lock', () =>
  withFolder(async (folder) => {
    const data = path.join(folder, 'data')
    const script = `import('${new URL('../../index.mjs', import.meta.url)}').then(async ({ connect }) => {
      await connect({ path: ${JSON.stringify(data)} })
      console.log('open')
      setInterval(() => {}, 1000)
    })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'close')
    assert.equal(await readFile(path.join(data, '.lock.pid'), 'utf8'), `${child.pid}`)
    const { checks } = await examine(folder, ['--path', 'data'])
    assert.equal(checks.storage.verdict, 'ok')
    assert.equal(checks.storage.details.holder, null)
  }))
