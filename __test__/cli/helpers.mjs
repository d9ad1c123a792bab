import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../cli/main.mjs', import.meta.url))
const data = fileURLToPath(new URL('../../examples/image-search/data', import.meta.url))

export const photographs = path.join(data, 'images')
export const model = path.join(data, 'models', 'efficientnet-lite0')

/** Calls `use` with a fresh folder that holds `photos/` with these photographs, by file name of choice. */
export async function withPhotos(photos, use) {
  const folder = await mkdtemp(path.join(tmpdir(), 'qdrant-embedded cli-'))
  try {
    for (const [name, photograph] of Object.entries(photos)) {
      await cp(path.join(photographs, photograph), path.join(folder, 'photos', name), { recursive: true })
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the command in a folder; resolves to how it ended. `started` may interrupt it; `env` is added to its environment. */
export function run(folder, args, started = () => {}, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const result = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        result[stream] += text
      })
    }
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ ...result, code, signal }))
    started(child)
  })
}
