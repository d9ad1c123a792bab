// npm run pack: the packages as they are published, as tarballs. Without options: those whose binaries are here.
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDependencies } from './lib/dependencies.mjs'
import { root } from './lib/paths.mjs'
import { main, note, SetupError } from './lib/run.mjs'
import { ensureRust } from './lib/rust.mjs'
import { binaryPackage, onnxRuntimePackage, onnxRuntimeVersion, source } from './packages/manifests.mjs'
import { thirdPartyNotices } from './packages/notices.mjs'
import { npmPack } from './packages/npm-pack.mjs'
import { requireReleased } from './packages/released.mjs'
import { requireAll, stage } from './packages/stage.mjs'

const { platformName } = createRequire(import.meta.url)('../lib/platform.js')

const USAGE = `Usage: npm run pack [-- --binaries <folder> --out <folder> --all]

  --binaries <folder>   where the addons are (default: this checkout)
  --out <folder>        where to put the packages, and their tarballs in tarballs/ (default: ./npm)
  --all                 fail unless the addons of all platforms are there, as npm run build:release makes them`

await main(async () => {
  const options = parsed()
  const out = path.resolve(options.out)
  await ensureDependencies()
  const notices = thirdPartyNotices(await ensureRust())
  const packages = stage(out, { binaries: path.resolve(options.binaries), notices })
  if (options.all) {
    requireAll(packages)
    requireReleased(path.resolve(options.binaries))
  }
  const forHere = []
  for (const { name, version, folder, isComplete } of packages) {
    if (!isComplete) {
      console.log(`${name}: not packed, its binary is not here`)
      continue
    }
    const { file, size, unpackedSize } = await npmPack(folder, path.join(out, 'tarballs'))
    const [packed, unpacked] = [size, unpackedSize].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`)
    console.log(`${name}: ${path.relative(root, file)}, ${packed}, unpacked ${unpacked}`)
    if (isForHere(name, version)) forHere.push(file)
  }
  note(`In an application on this machine: npm install ${forHere.join(' ')}`)
})

/** Whether it is one of those that npm would take for this machine. */
function isForHere(name, version) {
  const platform = platformName()
  const own = [source.name, binaryPackage(platform)]
  const onnxRuntime = [onnxRuntimePackage(), onnxRuntimePackage(platform)]
  return own.includes(name) || (onnxRuntime.includes(name) && version === onnxRuntimeVersion)
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        binaries: { type: 'string', default: root },
        out: { type: 'string', default: path.join(root, 'npm') },
        all: { type: 'boolean', default: false }
      }
    })
    return values
  } catch (error) {
    throw new SetupError(`${error.message}\n${USAGE}`)
  }
}
