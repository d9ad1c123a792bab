// The program in Electron itself: from this folder, or packaged where GALLERY_EXECUTABLE says.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import { dropPicture } from './drop.mjs'
import { MODEL, PHOTOGRAPHS, somePhotographs, temporaryFolder } from './helpers.mjs'

const { openGallery } = await import('../engine/gallery.mjs')

const example = fileURLToPath(new URL('..', import.meta.url))
const packaged = process.env.GALLERY_EXECUTABLE
const executablePath = packaged ? path.resolve(packaged) : installedElectron()
const skip = executablePath === null && 'Electron is not installed in examples/electron: see its README'

/** Electron's executable, or null where it is not installed or not downloaded. */
function installedElectron() {
  try {
    const file = createRequire(path.join(example, 'main.mjs'))('electron')
    return fs.existsSync(file) ? file : null
  } catch {
    return null
  }
}

function launch(data) {
  const env = { ...process.env, GALLERY_DATA: data, GALLERY_MODEL: MODEL }
  return _electron.launch({ executablePath, args: packaged ? [] : [example], env })
}

async function opened(app) {
  const page = await app.firstWindow()
  page.setDefaultTimeout(60_000)
  await page.getByText('All on this computer').waitFor()
  return page
}

test('the_program_works_in_electron', { skip, timeout: 300_000 }, async () => {
  const data = temporaryFolder()
  const folder = somePhotographs('cat', 'coins')
  const app = await launch(data)
  const page = await opened(app)

  const world = await page.evaluate(() => [
    typeof require,
    typeof process,
    Object.keys(window.desktop).sort()
  ])
  assert.deepEqual(world, ['undefined', 'undefined', ['chooseFolder', 'requestPort', 'showInFolder']])

  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ filePaths: [chosen] })
  }, folder)
  await page.getByRole('button', { name: 'Choose a folder…' }).click()
  await page.getByRole('heading', { name: '12 pictures' }).waitFor()

  await dropPicture(page, path.join(PHOTOGRAPHS, 'cat/crop.jpg'), 'my-cat.jpg')
  await page.getByRole('heading', { name: 'Like my-cat.jpg' }).waitFor()
  const names = await page.locator('#matches .name').allTextContents()
  assert.ok(
    names.slice(0, 6).every((name) => name.startsWith('cat/')),
    names.join()
  )
  await page.waitForFunction(() => document.querySelector('#matches img').naturalWidth > 0)
  fs.mkdirSync(path.join(example, 'test/screenshots'), { recursive: true })
  await page.screenshot({ path: path.join(example, `test/screenshots/electron-${process.platform}.png`) })

  // A second one comes to nothing: the first holds the gallery.
  const env = { ...process.env, GALLERY_DATA: data }
  execFileSync(executablePath, packaged ? [] : [example], { env, timeout: 60_000 })

  await app.close()
  const gallery = await openGallery({ data: path.join(data, 'qdrant'), model: MODEL })
  assert.equal((await gallery.client.count(gallery.model.collection)).count, 12)
  await gallery.close()

  const again = await launch(data)
  await (await opened(again)).getByRole('heading', { name: '12 pictures' }).waitFor()
  await again.close()
})
