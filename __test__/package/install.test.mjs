import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packHere } from '../../scripts/packages/local-packages.mjs'
import { withRegistry } from '../../scripts/packages/registry.mjs'
import { cleanEnvironment, EMBED, makeApp } from './app.mjs'

const require = createRequire(import.meta.url)
const { platformName } = require('../../lib/platform.js')
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Runs a script with this runtime in an application; resolves to what it prints. */
async function run(app, args, embed = EMBED) {
  const env = cleanEnvironment({ EMBED: JSON.stringify(embed) })
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: app, env })
  return stdout
}

describe('the packages, installed from their tarballs', () => {
  let folder
  let app
  let packages

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'qdrant-embedded-package-'))
    app = path.join(folder, 'app')
    packages = await packHere(folder)
    await withRegistry(packages, (registry) => makeApp(app, registry))
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('are the main one, without binary and install script, and those for this platform', async () => {
    const { files } = packages.find(({ manifest }) => manifest.name === 'qdrant-embedded').tarball
    assert.deepEqual(
      files.filter((file) => /\.(node|so|dylib|dll)/.test(file)),
      []
    )
    const lock = JSON.parse(await readFile(path.join(app, 'node_modules', '.package-lock.json'), 'utf8'))
    for (const [name, { hasInstallScript }] of Object.entries(lock.packages))
      assert.ok(!hasInstallScript, name)
    const installed = await readdir(path.join(app, 'node_modules'))
    const [os, cpu] = platformName().split('-')
    const library = `qdrant-embedded-onnxruntime-${os}-${cpu}`
    assert.deepEqual(
      installed.filter((name) => name.startsWith('qdrant-embedded')).sort(),
      [
        'qdrant-embedded',
        `qdrant-embedded-${platformName()}`,
        'qdrant-embedded-onnxruntime',
        ...(EMBED ? [library] : [])
      ].sort()
    )
  })

  it('bring licences and notices with every binary', async () => {
    for (const { manifest, tarball } of packages) {
      if (!tarball || !manifest.name.startsWith('qdrant-embedded')) continue
      assert.ok(tarball.files.includes('LICENSE') && tarball.files.includes('README.md'), manifest.name)
    }
    const notices = path.join(
      app,
      'node_modules',
      `qdrant-embedded-${platformName()}`,
      'THIRD-PARTY-NOTICES.txt'
    )
    const text = await readFile(notices, 'utf8')
    for (const crate of ['qdrant-edge', 'napi', 'fastembed', 'ort']) {
      assert.match(text, new RegExp(`^  ${crate} \\d+\\.\\d+\\.\\d+\\S*: .*(Apache|MIT)`, 'm'))
    }
    assert.match(text, /^ {2}@qdrant\/js-client-rest \d/m)
    assert.match(text, /Apache License\s+Version 2\.0/)
  })

  it('work for import and for require', async () => {
    assert.equal(await run(app, ['smoke.mjs']), 'all is well\n')
    assert.equal(await run(app, ['smoke.cjs']), 'all is well\n')
  })

  it('compile under strict TypeScript, resolved as node16 and by a bundler', async () => {
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      'false',
      '--target',
      'es2022',
      '--lib',
      'es2022'
    ]
    const types = ['--types', 'node', '--typeRoots', path.join(modules, '@types')]
    const tsc = [path.join(modules, 'typescript', 'bin', 'tsc'), ...strict, ...types]
    await run(app, [...tsc, '--module', 'node16', '--outDir', 'out', 'typed.mts', 'typed.cts'])
    await run(app, [...tsc, '--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit', 'typed.mts'])
    assert.equal(await run(app, ['out/typed.mjs']), 'all is well\n')
    assert.equal(await run(app, ['out/typed.cjs']), 'all is well\n')
  })

  it('have a command that finds nothing broken', async () => {
    const command = path.join('node_modules', 'qdrant-embedded', 'cli', 'main.mjs')
    const { verdict, checks } = JSON.parse(await run(app, [command, 'doctor', '--json']))
    assert.equal(verdict, 'ok')
    const { details } = checks.find(({ name }) => name === 'engine')
    assert.ok(details.file.includes(`qdrant-embedded-${platformName()}`), details.file)
    const runtime = checks.find(({ name }) => name === 'ONNX Runtime')
    assert.equal(runtime.details?.from ?? runtime.verdict, EMBED ? 'qdrant-embedded-onnxruntime' : 'note')
  })

  it('can be had without ONNX Runtime', async () => {
    const small = path.join(folder, 'small')
    const overrides = { 'qdrant-embedded-onnxruntime': '0.0.0-none' }
    await withRegistry(packages, (registry) => makeApp(small, registry, { manifest: { overrides } }))
    const installed = await readdir(path.join(small, 'node_modules'))
    assert.deepEqual(
      installed.filter((name) => name.startsWith('qdrant-embedded')).sort(),
      ['qdrant-embedded', `qdrant-embedded-${platformName()}`, 'qdrant-embedded-onnxruntime'].sort()
    )
    assert.equal(await run(small, ['smoke.mjs'], null), 'all is well\n')
    const command = path.join('node_modules', 'qdrant-embedded', 'cli', 'main.mjs')
    const { checks } = JSON.parse(await run(small, [command, 'doctor', '--json']))
    const { verdict, remedy } = checks.find(({ name }) => name === 'ONNX Runtime')
    assert.equal(verdict, 'note')
    assert.match(remedy, EMBED ? /remove the override of qdrant-embedded-onnxruntime/ : /ORT_DYLIB_PATH/)
  })
})
