import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../../scripts/lib/npm.mjs'

const { ONNX_RUNTIMES, platformName } = createRequire(import.meta.url)('../../lib/platform.js')
const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const data = here('../../examples/image-search/data')

/** What the application embeds; null on a platform that there is no ONNX Runtime for. */
export const EMBED = ONNX_RUNTIMES.includes(platformName())
  ? {
      model: path.join(data, 'models', 'efficientnet-lite0'),
      pictures: ['cat/original.jpg', 'cat/light.jpg', 'rocket/original.jpg'].map((name) =>
        path.join(data, 'images', name)
      )
    }
  : null

/** This process's environment without the settings that npm hands down to what it runs. */
export function cleanEnvironment(more = {}) {
  const own = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key) && key !== 'ORT_DYLIB_PATH')
  return { ...Object.fromEntries(own), ...more }
}

/** Makes an application in a folder, and installs the package for it from a registry; `options` are further ones of npm. */
export async function makeApp(folder, registry, { manifest = {}, options = [] } = {}) {
  mkdirSync(folder, { recursive: true })
  cpSync(here('app'), folder, { recursive: true })
  const content = { name: 'app', private: true, ...manifest }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(content))
  writeFileSync(path.join(folder, '.npmrc'), `registry=${registry}\naudit=false\nfund=false\n`)
  const args = ['install', 'qdrant-embedded', '--cache', path.join(folder, '..', 'npm-cache'), ...options]
  await npm(args, {
    cwd: folder,
    env: cleanEnvironment({ npm_config_userconfig: path.join(folder, 'none') })
  })
}
