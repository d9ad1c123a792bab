import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { ensureRust } from '../lib/rust.mjs'
import { source } from './manifests.mjs'
import { npmDependencies, thirdPartyNotices } from './notices.mjs'
import { npmPack } from './npm-pack.mjs'
import { stage } from './stage.mjs'

const { platform, arch } = process

/**
 * All packages as they would be published, and those that the main package depends on, for `withRegistry`: with
 * tarballs in `folder` as far as they are for this machine, or for another processor (`machine`). Those for the C library
 * that it does not have are without binary: Deno downloads them all the same. Addons are taken from `binaries`.
 */
export async function packHere(folder, { binaries = root, machine = arch } = {}) {
  const staged = stage(path.join(folder, 'staged'), {
    binaries,
    notices: thirdPartyNotices(await ensureRust())
  })
  const dependencies = npmDependencies(Object.keys(source.dependencies))
  const peers = dependencies.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
  const packages = []
  for (const { manifest, folder: content } of [
    ...dependencies,
    ...npmDependencies(peers).map(withoutOptional),
    ...staged
  ]) {
    const { os = [platform], cpu = [machine] } = manifest
    const isForIt = os.includes(platform) && cpu.includes(machine)
    const tarball = isForIt ? await npmPack(content, path.join(folder, 'tarballs')) : null
    packages.push({ manifest, tarball })
  }
  return packages
}

/** TypeScript, a peer of the REST client, has its compiler in optional dependencies, which nobody needs here. */
function withoutOptional({ folder, manifest }) {
  return { folder, manifest: { ...manifest, optionalDependencies: {} } }
}
