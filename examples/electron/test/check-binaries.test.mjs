import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'

import { withFolder } from '../../../__test__/helpers.mjs'
import { checkBinaries } from '../dev/check-binaries.cjs'

it('a program for Macs is not packaged without the addons for its processors', () =>
  withFolder(async (modules) => {
    const x64 = 'qdrant-embedded-darwin-x64'
    await mkdir(join(modules, 'qdrant-embedded-darwin-arm64'))
    checkBinaries('darwin', 'arm64', modules)
    assert.throws(() => checkBinaries('darwin', 'x64', modules), new RegExp(`${x64}$`))
    assert.throws(() => checkBinaries('darwin', 'universal', modules), new RegExp(`--no-save ${x64}$`))
    await mkdir(join(modules, x64))
    checkBinaries('darwin', 'universal', modules)
    checkBinaries('linux', 'x64', join(modules, 'missing'))
  }))
