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
 * tarballs in `folder` as far as they are for this machine. Those for the C library that it does not have are without
 * binary: Deno downloads them all the same.
 */
export async function packHere(folder) {
  const staged = stage(path.join(folder, 'staged'), {
    binaries: root,
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
    const { os = [platform], cpu = [arch] } = manifest
    const isForHere = os.includes(platform) && cpu.includes(arch)
    const tarball = isForHere ? await npmPack(content, path.join(folder, 'tarballs')) : null
    packages.push({ manifest, tarball })
  }
  return packages
}

/** TypeScript, a peer of the REST client, has its compiler in optional dependencies, which nobody needs here. */
function withoutOptional({ folder, manifest }) {
  return { folder, manifest: { ...manifest, optionalDependencies: {} } }
}
