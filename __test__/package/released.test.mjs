import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { readElf } from '../../scripts/packages/elf.mjs'
import { checkReleased } from '../../scripts/packages/released.mjs'
import { withFolder } from '../helpers.mjs'

const { platformName } = createRequire(import.meta.url)('../../lib/platform.js')
const onnxRuntime = fileURLToPath(new URL('../../node_modules/onnxruntime-node/bin/napi-v6', import.meta.url))
const isHere = platformName().endsWith('-gnu')
const skip = !isHere && 'libraries for glibc are made on Linux with glibc'

/** Makes a library of C code, which is linked with one that has the symbol `asked` of a version of glibc's name. */
async function makeLibrary(folder, { version = 'GLIBC_2.28', code = '', flags = ['-s'] } = {}) {
  const files = {
    'other.c': 'int asked(void) { return 1; }',
    'other.map': `${version} { global: asked; local: *; };`,
    'addon.c': `int asked(void); __attribute__((visibility("default"))) int napi_register_module_v1(void) { return asked(); } ${code}`
  }
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content)
  const cc = (...args) => execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', ...args], { cwd: folder })
  cc('-nostdlib', '-Wl,--version-script=other.map', '-o', 'libother.so', 'other.c')
  cc('-nostdlib', '-fvisibility=hidden', ...flags, '-o', 'addon.node', 'addon.c', '-L.', '-lother')
  return path.join(folder, 'addon.node')
}

test('an_addon_that_asks_for_the_oldest_glibc_and_shows_nothing_else_is_released', { skip }, () =>
  withFolder(async (folder) => {
    const file = await makeLibrary(folder)
    checkReleased(file, platformName())
    assert.deepEqual(readElf(file), {
      needed: ['libother.so'],
      versions: ['GLIBC_2.28'],
      exports: ['napi_register_module_v1'],
      isStripped: true
    })
  })
)

for (const version of ['GLIBC_2.29', 'GLIBC_3.0', 'GLIBC_ABI_DT_RELR']) {
  test(`an_addon_that_asks_for_${version}_is_not_released`, { skip }, () =>
    withFolder(async (folder) => {
      const file = await makeLibrary(folder, { version })
      assert.throws(() => checkReleased(file, platformName()), {
        message: `addon.node cannot be published for ${platformName()}: it asks for glibc ${version.slice(6)}, and 2.28 is what is supported`
      })
    })
  )
}

test('an_addon_with_symbols_that_others_can_see_is_not_released', { skip }, () =>
  withFolder(async (folder) => {
    const code = '__attribute__((visibility("default"))) int ZSTD_compress(void) { return 0; }'
    const file = await makeLibrary(folder, { code })
    assert.throws(() => checkReleased(file, platformName()), /shows symbols of its own: ZSTD_compress$/)
  })
)

test('an_addon_with_symbols_for_debuggers_is_not_released', { skip }, () =>
  withFolder(async (folder) => {
    const file = await makeLibrary(folder, { flags: [] })
    assert.throws(() => checkReleased(file, platformName()), /it has symbols for debuggers$/)
  })
)

test('an_addon_for_musl_is_not_linked_with_glibc', { skip }, () =>
  withFolder(async (folder) => {
    const file = await makeLibrary(folder)
    const platform = platformName().replace('gnu', 'musl')
    assert.throws(() => checkReleased(file, platform), /is linked with glibc$/)
  })
)

for (const cpu of ['x64', 'arm64']) {
  const file = path.join(onnxRuntime, 'linux', cpu, 'libonnxruntime.so.1')
  test(`the_library_of_ONNX_Runtime_for_${cpu}_asks_for_no_glibc_newer_than_the_addon`, () => {
    const { needed, versions, exports } = readElf(file)
    assert.ok(needed.includes('libc.so.6') && exports.includes('OrtGetApiBase'))
    const minors = versions.flatMap((version) => /^GLIBC_2\.(\d+)/.exec(version)?.[1] ?? []).map(Number)
    assert.ok(minors.length > 0 && Math.max(...minors) <= 28, String(minors))
  })
}
