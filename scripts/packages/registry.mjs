import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

/**
 * Calls `use` with the address of an npm registry on this machine that has these packages: `manifest`, and what
 * `npmPack` tells of its tarball. One without tarball can be looked up, but not installed.
 */
export async function withRegistry(packages, use) {
  const server = createServer((request, response) => answer(packages, request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${server.address().port}/`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function answer(packages, request, response) {
  const base = `http://${request.headers.host}`
  const name = decodeURIComponent(new URL(request.url, base).pathname.slice(1))
  const tarball = packages.find(({ tarball }) => tarball && path.basename(tarball.file) === name)
  if (tarball) return createReadStream(tarball.tarball.file).pipe(response)
  const versions = packages.filter(({ manifest }) => manifest.name === name)
  response.statusCode = versions.length > 0 ? 200 : 404
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(versions.length > 0 ? packument(name, versions, base) : { error: 'Not found' }))
}

/** What a registry tells of a package. */
function packument(name, packages, base) {
  const entry = ({ manifest, tarball }) => {
    const file = tarball ? path.basename(tarball.file) : 'missing.tgz'
    const { integrity, shasum } = tarball ?? {}
    return [manifest.version, { ...manifest, dist: { tarball: `${base}/${file}`, integrity, shasum } }]
  }
  return {
    name,
    'dist-tags': { latest: packages.at(-1).manifest.version },
    versions: Object.fromEntries(packages.map(entry))
  }
}
