import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { root } from '../lib/paths.mjs'

const { LEFT_OUT } = createRequire(import.meta.url)('../../lib/onnx-runtime.js')

/** The package.json of this checkout, from which those of all published packages follow. */
export const source = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** What every package says of where it comes from. */
const { version, license, repository, engines } = source

/** The machine that a platform's name stands for, as package.json says it: npm installs nothing elsewhere. */
function machine(platform) {
  const [os, cpu, abi] = platform.split('-')
  const libc = { gnu: 'glibc', musl: 'musl' }[abi]
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) }
}

export const binaryPackage = (platform) => `${source.name}-${platform}`

export const binaryFile = (platform) => `${source.napi.binaryName}.${platform}.node`

/** Of the package that holds the binary for a platform. */
export function binaryManifest(platform) {
  return {
    name: binaryPackage(platform),
    version,
    description: `The binary of ${source.name} for ${platform}`,
    license,
    repository,
    engines,
    ...machine(platform),
    type: 'commonjs',
    main: binaryFile(platform),
    files: [binaryFile(platform), 'THIRD-PARTY-NOTICES.txt']
  }
}

/** Of the main package: as in the checkout, with the packages that are published beside it. */
export function mainManifest(platforms) {
  const { scripts, devDependencies, napi, ...published } = source
  const binaries = platforms.map((platform) => [binaryPackage(platform), version])
  return {
    ...published,
    optionalDependencies: { ...Object.fromEntries(binaries), [onnxRuntimePackage()]: onnxRuntimeVersion }
  }
}

/** The packages of ONNX Runtime have its version: they change when it does. */
export const onnxRuntimeVersion = source.devDependencies['onnxruntime-node']

/** The name of the package that finds the library or, with a platform, of the one that holds it. */
export function onnxRuntimePackage(platform) {
  const name = `${source.name}-onnxruntime`
  // Its makers publish libraries for one C library only.
  return platform ? `${name}-${platform.split('-').slice(0, 2).join('-')}` : name
}

const ONNX_RUNTIME = {
  version: onnxRuntimeVersion,
  license: 'MIT',
  homepage: 'https://onnxruntime.ai',
  repository
}

/** Of the package that finds the library of this machine. */
export function onnxRuntimeManifest(platforms) {
  const libraries = platforms.map((platform) => [onnxRuntimePackage(platform), onnxRuntimeVersion])
  return {
    name: onnxRuntimePackage(),
    description: `Microsoft's ONNX Runtime as a library, for ${source.name}`,
    ...ONNX_RUNTIME,
    engines,
    type: 'commonjs',
    main: 'index.js',
    files: ['index.js'],
    optionalDependencies: Object.fromEntries(libraries)
  }
}

/** Of the package that holds the library of a platform. */
export function onnxRuntimeLibraryManifest(platform, library) {
  return {
    name: onnxRuntimePackage(platform),
    description: `The library of Microsoft's ONNX Runtime for ${platform}`,
    ...ONNX_RUNTIME,
    type: 'commonjs',
    ...machine(platform),
    files: [library, 'ThirdPartyNotices.txt']
  }
}

/** What an application without embeddings has in its place, by an override: a version without anything. */
export function onnxRuntimeNoneManifest() {
  return {
    name: onnxRuntimePackage(),
    description: `Stands for ONNX Runtime where an application of ${source.name} leaves it out`,
    version: LEFT_OUT,
    license,
    repository,
    type: 'commonjs',
    main: 'index.js',
    files: ['index.js']
  }
}
