import '../dev/use-repository.mjs'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const example = (name) => fileURLToPath(new URL(`../../image-search/data/${name}`, import.meta.url))

/** The photographs of the image search, and the small model that knows them. */
export const PHOTOGRAPHS = example('images')
export const MODEL = example('models/efficientnet-lite0')

const folders = []
process.once('exit', () => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** A fresh folder that is gone when the process is. */
export function temporaryFolder() {
  const folder = fs.realpathSync.native(fs.mkdtempSync(path.join(tmpdir(), 'gallery-test-')))
  folders.push(folder)
  return folder
}

/** A folder with some of the photographs: those of these groups. */
export function somePhotographs(...groups) {
  const folder = temporaryFolder()
  for (const group of groups) {
    fs.cpSync(path.join(PHOTOGRAPHS, group), path.join(folder, group), { recursive: true })
  }
  return folder
}

export async function until(condition, what = 'it') {
  for (let waited = 0; !(await condition()); waited += 10) {
    if (waited > 60_000) throw new Error(`Waited for ${what} in vain`)
    await sleep(10)
  }
}
