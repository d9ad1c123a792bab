// The page in a browser, with the engine behind the development server: all but Electron.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findChromium, launch } from './chromium.mjs'
import { dropPicture } from './drop.mjs'
import { MODEL, PHOTOGRAPHS, temporaryFolder, until } from './helpers.mjs'

const { startDevServer } = await import('../dev-server.mjs')

const SCREENSHOTS = fileURLToPath(new URL('screenshots/', import.meta.url))
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const COUNT = 174
const { executablePath, missing } = findChromium()

describe('the page', { skip: missing }, () => {
  let browser
  let server
  let page
  let mistakes

  before(async () => {
    server = await startDevServer({ data: temporaryFolder(), model: MODEL, folder: PHOTOGRAPHS })
    browser = await launch(executablePath)
    page = await open()
  })

  after(async () => {
    await browser?.close()
    await server?.close()
  })

  /** A page of its own; what goes wrong in it fails the test that follows. */
  async function open(options = {}) {
    const opened = await browser.newPage({ viewport: { width: 1180, height: 820 }, ...options })
    opened.setDefaultTimeout(120_000)
    mistakes = []
    opened.on('pageerror', (error) => mistakes.push(error.message))
    opened.on('console', (message) => {
      if (message.type() === 'error') mistakes.push(message.text())
    })
    await opened.goto(server.url)
    await opened.getByText('All on this computer').waitFor()
    return opened
  }

  const names = (on = page) => on.locator('#matches .name').allTextContents()

  const screenshot = (on, name) => {
    fs.mkdirSync(SCREENSHOTS, { recursive: true })
    return on.screenshot({ path: path.join(SCREENSHOTS, `${name}.jpg`), type: 'jpeg', quality: 78 })
  }

  /** Waits until each picture that can be seen is there. */
  const settled = (on) =>
    on.waitForFunction(() =>
      [...document.images].every(
        (image) =>
          image.hidden ||
          (image.complete && (image.naturalWidth > 0 || !image.src)) ||
          (image.loading === 'lazy' && image.getBoundingClientRect().top > innerHeight)
      )
    )

  const drop = (on, file, name) => dropPicture(on, path.join(PHOTOGRAPHS, file), name)

  const heading = (text, on = page) => on.getByRole('heading', { name: text }).waitFor()

  it('says what to do first', async () => {
    await page.getByText('No pictures yet').waitFor()
    assert.equal(await page.getByRole('region', { name: 'Folders' }).count(), 0)
    await page.getByText('words search the names of files').waitFor()
  })

  it('indexes a folder, shows how far it is, and can be stopped', async () => {
    await page.getByRole('button', { name: 'Choose a folder…' }).click()
    const bar = page.getByRole('progressbar', { name: /Looking at the pictures: \d+ of 174/ })
    await bar.waitFor()
    await page.waitForFunction(() => document.querySelector('progress').value > 0)
    await screenshot(page, 'indexing')
    await page.getByRole('button', { name: 'Stop' }).click()
    await bar.waitFor({ state: 'hidden' })
    const stopped = await page.locator('#folders li span').textContent()
    const counted = Number(/(\d+) pictures/.exec(stopped)[1])
    assert.ok(counted > 0 && counted < COUNT, stopped)

    await page.getByRole('button', { name: 'Choose a folder…' }).click()
    await heading(`24 of ${COUNT} pictures`)
    assert.match(await page.locator('#folders li span').textContent(), new RegExp(`${COUNT} pictures`))
    assert.match(
      await page.getByRole('status').textContent(),
      /174 pictures in the folder, \d+ new or changed/
    )
  })

  it('finds the pictures that are like a dropped one', async () => {
    await drop(page, 'cat/crop.jpg', 'my-cat.jpg')
    await heading('Like my-cat.jpg')
    const found = await names()
    assert.equal(found[0], 'cat/crop.jpg')
    assert.ok(
      found.slice(0, 6).every((name) => name.startsWith('cat/')),
      found.slice(0, 6).join()
    )
    assert.equal(await page.locator('#matches .score').first().textContent(), '1.00')
    assert.equal(await page.getByRole('status').textContent(), '24 pictures found, best first')
    await settled(page)
    await screenshot(page, 'gallery-light')
  })

  it('says so when what is dropped is no picture', async () => {
    await page.evaluate(() => {
      const dropped = new DataTransfer()
      dropped.items.add(new File(['nothing of the kind'], 'odd.png', { type: 'image/png' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true }))
    })
    await page.getByRole('alert').filter({ hasText: 'image 0' }).waitFor()
    assert.equal(await page.getByRole('alert').textContent().then(Boolean), true)
  })

  it('finds pictures by the names of their files where the model knows no words', async () => {
    await page.getByRole('searchbox', { name: 'Search by words' }).fill('mount peak')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await heading('“mount peak”')
    const found = await names()
    assert.equal(found.length, 6)
    assert.ok(found.every((name) => name.startsWith('mountain-peaks/')))
    await page.getByRole('button', { name: 'Show all pictures' }).click()
    await heading(`24 of ${COUNT} pictures`)
  })

  it('can be used with the keyboard alone', async () => {
    await page.reload()
    await heading(`24 of ${COUNT} pictures`)
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: at } = document
        return (
          at.getAttribute('aria-label') ??
          at.labels?.[0]?.textContent ??
          at.querySelector('img')?.alt ??
          at.textContent
        )
      })
    const order = []
    for (let step = 0; step < 9; step++) {
      await page.keyboard.press('Tab')
      order.push(await focused())
    }
    const first = (await names())[0]
    assert.deepEqual(order, [
      'Skip to the pictures',
      'Choose a folder…',
      'Update images',
      'Remove images from the gallery',
      'Choose a picture…',
      'Search by words',
      'Search',
      first,
      `Show in folder: ${first}`
    ])

    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowRight')
    const second = (await names())[1]
    assert.equal(await focused(), second)
    await page.keyboard.press('Enter')
    await heading(`Like ${second}`)
    assert.ok(!(await names()).includes(second))

    await page.getByRole('searchbox').focus()
    await page.keyboard.type('rocket')
    await page.keyboard.press('Enter')
    await heading('“rocket”')
    assert.equal((await names()).length, 6)
  })

  it('tells assistive technology what everything is', async () => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      // The page's policy runs no script of others: this one comes past it, as those of a debugger do.
      await page.evaluate(fs.readFileSync(AXE, 'utf8'))
      const { violations, passes } = await page.evaluate(() => window.axe.run())
      assert.ok(passes.length > 20)
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      assert.deepEqual(told, [], colorScheme)
    }
    await page.emulateMedia({ colorScheme: 'light' })
    for (const [role, name] of [
      ['search', 'Pictures'],
      ['region', 'Folders'],
      ['main', '“rocket”'],
      ['list', '']
    ]) {
      assert.ok((await page.getByRole(role, name ? { name } : {}).count()) > 0, role)
    }
  })

  it('is dark where everything else is', async () => {
    const dark = await open({ colorScheme: 'dark' })
    await heading(`24 of ${COUNT} pictures`, dark)
    const colours = await dark.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body)
      return [backgroundColor, color]
    })
    assert.deepEqual(colours, ['rgb(19, 20, 18)', 'rgb(240, 240, 234)'])
    await drop(dark, 'pagoda/lowq.jpg', 'pagoda.jpg')
    await heading('Like pagoda.jpg', dark)
    await settled(dark)
    await screenshot(dark, 'gallery-dark')
    assert.deepEqual(mistakes, [])
    await dark.close()
  })

  it('goes on with a new port when the engine has stopped', async () => {
    const other = await open()
    await heading(`24 of ${COUNT} pictures`, other)
    const requests = []
    other.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await other.evaluate(() => window.postMessage('engine-stopped', window.location.origin))
    await until(() => requests.includes('/events'), 'a new port')
    await other.getByText('All on this computer').waitFor()
    await drop(other, 'cat/crop.jpg', 'cat.jpg')
    await heading('Like cat.jpg', other)
    assert.equal((await names(other))[0], 'cat/crop.jpg')
    await other.close()
  })

  it('fits on a narrow window', async () => {
    await page.setViewportSize({ width: 420, height: 700 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(overflow <= 0, `${overflow} pixels too wide`)
    await page.setViewportSize({ width: 1180, height: 820 })
  })

  it('forgets a folder', async () => {
    await page.getByRole('button', { name: 'Remove images from the gallery' }).click()
    await page.getByText('No pictures yet').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement.id), 'choose-folder')
  })
})
