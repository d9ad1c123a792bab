import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fakeElectron } from './fake-electron.mjs'
import { MODEL, PHOTOGRAPHS, somePhotographs, temporaryFolder, until } from './helpers.mjs'

const { start } = await import('../main/app.mjs')
const { EngineProcess } = await import('../main/engine-process.mjs')
const { loadWindowState } = await import('../main/window-state.mjs')
const { openGallery } = await import('../engine/gallery.mjs')
const { connectPort } = await import('qdrant-embedded/bridge')

const PAGE = 'app://gallery/'

/** A started program, with its window. */
async function started(t, { chosen, ...options } = {}) {
  const userData = temporaryFolder()
  const electron = fakeElectron({ userData, chosen })
  start(electron, { model: MODEL, ...options })
  await until(() => electron.seen.windows.length > 0, 'the window')
  t.after(async () => {
    electron.app.quit()
    await electron.app.hasQuit
  })
  return { electron, userData, window: electron.seen.windows[0] }
}

/** The client that a page gets, by way of the preload script. As browsers do, its port tells nothing of a lost engine. */
function connectPage({ electron, window }) {
  return new Promise((resolve) => {
    const engineStopped = new AbortController()
    let isConnected = false
    const desktop = loadPreload({
      send: (channel) =>
        electron.ipcMain.emit(channel, { senderFrame: { url: PAGE }, sender: window.webContents }),
      invoke: (...args) => electron.ipcMain.invoke(PAGE, ...args),
      on: (channel, listener) =>
        window.webContents.on('posted', (posted) => posted.channel === channel && listener(posted)),
      posted: (message, origin, ports) => {
        assert.equal(origin, 'app://gallery')
        if (message === 'engine-stopped') engineStopped.abort()
        else if (!isConnected) {
          isConnected = true
          resolve(connectPort(new PagePort(ports[0]), { signal: engineStopped.signal }))
        }
      }
    })
    desktop.requestPort()
  })
}

/** A port as a page has it: nobody tells it that the other end is gone. */
class PagePort {
  #port
  constructor({ port }) {
    this.#port = port
  }
  addEventListener(event, listener) {
    if (event === 'message') this.#port.addEventListener(event, listener)
  }
  start = () => this.#port.start()
  postMessage = (message) => this.#port.postMessage(message)
  close = () => this.#port.close()
}

/** Runs the preload script; returns what it gives to the page. */
function loadPreload({ posted, ...ipcRenderer }) {
  const exposed = {}
  const contextBridge = { exposeInMainWorld: (name, value) => Object.assign(exposed, { [name]: value }) }
  const source = fs.readFileSync(new URL('../preload.cjs', import.meta.url), 'utf8')
  const run = new Function('require', 'window', source)
  run((name) => (name === 'electron' ? { contextBridge, ipcRenderer } : null), {
    postMessage: posted,
    location: { origin: 'app://gallery' }
  })
  return exposed.desktop
}

const respond = (electron, address) => electron.seen.handlers.get('app')(new Request(address))

test('a_page_indexes_a_folder_that_the_user_chooses_and_searches_in_it', async (t) => {
  const folder = somePhotographs('cat', 'coins')
  const program = await started(t, { chosen: [folder] })
  const { electron } = program
  const client = await connectPage(program)
  const { collection, knowsWords } = await client.about()
  assert.equal(knowsWords, false)
  await assert.rejects(client.indexFolder(folder, {}), /was not chosen/)

  const chosen = await electron.ipcMain.invoke(PAGE, 'choose-folder')
  assert.equal(chosen, folder)
  const heard = []
  const { indexed } = await client.indexFolder(chosen, { onProgress: ({ done }) => heard.push(done) })
  assert.equal(indexed, 12)
  assert.equal(heard.at(-1), 12)

  const query = await client.embedPicture(
    new Uint8Array(fs.readFileSync(path.join(PHOTOGRAPHS, 'cat/crop.jpg')))
  )
  assert.ok(query instanceof Float32Array)
  const { points } = await client.query(collection, { query, limit: 6, with_payload: ['name'] })
  assert.ok(points.every(({ payload }) => payload.name.startsWith('cat/')))
  await assert.rejects(client.deleteCollection(collection), { code: 'NOT_OFFERED' })

  const picture = await respond(electron, `${PAGE}pictures/${points[0].id}`)
  assert.equal(picture.headers.get('content-type'), 'image/jpeg')
  assert.deepEqual(
    Buffer.from(await picture.arrayBuffer()),
    fs.readFileSync(path.join(folder, 'cat/crop.jpg'))
  )
  await electron.ipcMain.invoke(PAGE, 'show-in-folder', points[0].id)
  assert.deepEqual(electron.seen.shown, [path.join(folder, 'cat/crop.jpg')])
  assert.equal(await electron.ipcMain.invoke(PAGE, 'choose-folder'), null)
})

test('the_window_shows_the_page_only_and_gives_it_no_rights', async (t) => {
  const { electron, window } = await started(t)
  const { contextIsolation, sandbox, nodeIntegration, preload } = window.options.webPreferences
  assert.deepEqual([contextIsolation, sandbox, nodeIntegration], [true, true, false])
  assert.ok(fs.existsSync(preload))
  assert.deepEqual(window.calls, [`load ${PAGE}`])
  window.emit('ready-to-show')
  assert.equal(window.calls.at(-1), 'show')

  assert.deepEqual(window.webContents.windowOpenHandler(), { action: 'deny' })
  let prevented = 0
  window.webContents.emit('will-navigate', { preventDefault: () => prevented++ })
  window.webContents.emit('will-attach-webview', { preventDefault: () => prevented++ })
  assert.equal(prevented, 2)

  await assert.rejects(electron.ipcMain.invoke('https://example.org/', 'choose-folder'), /Not for this page/)
  let posted = 0
  window.webContents.on('posted', () => posted++)
  const foreign = { senderFrame: { url: 'https://example.org/' }, sender: window.webContents }
  electron.ipcMain.emit('request-port', foreign)
  electron.ipcMain.emit('request-port', { ...foreign, senderFrame: null })
  assert.equal(posted, 0)
})

test('the_page_is_served_with_a_strict_policy_and_nothing_beside_it', async (t) => {
  const { electron } = await started(t)
  assert.equal(electron.seen.schemes[0].scheme, 'app')
  const page = await respond(electron, PAGE)
  assert.match(await page.text(), /<title>Gallery<\/title>/)
  const policy = page.headers.get('content-security-policy')
  assert.match(policy, /^default-src 'none'; script-src 'self'; /)
  assert.match(policy, /connect-src 'none'/)
  for (const address of ['main.js', 'style.css', 'bridge/index.mjs', 'bridge/connect.mjs']) {
    assert.equal((await respond(electron, PAGE + address)).status, 200, address)
  }
  const none = ['main.mjs', '%2e%2e/package.json', 'bridge/%2e%2e/package.json', 'pictures/1', 'pictures']
  for (const address of [...none.map((name) => PAGE + name), 'app://elsewhere/']) {
    assert.equal((await respond(electron, address)).status, 404, address)
  }
})

test('the_program_ends_when_the_engine_has_written_all_down', async (t) => {
  const folder = somePhotographs('cat')
  const program = await started(t, { chosen: [folder] })
  const { electron, userData } = program
  const client = await connectPage(program)
  await electron.ipcMain.invoke(PAGE, 'choose-folder')
  await client.indexFolder(folder, {})
  electron.app.quit()
  await electron.app.hasQuit
  assert.equal(electron.seen.children[0].wasKilled, undefined)

  const opened = await openGallery({ data: path.join(userData, 'qdrant'), model: MODEL })
  t.after(() => opened.close())
  assert.equal((await opened.client.count(opened.model.collection)).count, 6)
})

test('an_engine_that_does_not_end_is_ended', async () => {
  const electron = fakeElectron({ userData: temporaryFolder() })
  const entry = fileURLToPath(new URL('stuck-engine.mjs', import.meta.url))
  const engine = new EngineProcess(electron, { entry, args: [], stopTimeout: 100 })
  engine.portForPage().close()
  const before = Date.now()
  await Promise.all([engine.stop(), engine.stop()])
  assert.ok(Date.now() - before < 5000)
  assert.equal(electron.seen.children[0].wasKilled, true)
  assert.throws(() => engine.portForPage(), /stopping/)
})

test('an_engine_that_has_ended_is_started_again_when_a_page_asks', async (t) => {
  const program = await started(t)
  const client = await connectPage(program)
  program.electron.seen.children[0].kill()
  await client.closed
  await assert.rejects(client.about(), { code: 'PORT_CLOSED' })
  const again = await connectPage(program)
  assert.equal((await again.about()).model, 'efficientnet-lite0')
  assert.equal(program.electron.seen.children.length, 2)
})

test('what_keeps_the_gallery_from_opening_is_told', async (t) => {
  const program = await started(t)
  fs.writeFileSync(path.join(program.userData, 'qdrant'), 'a file where the folder should be')
  await assert.rejects(connectPage(program), { code: 'PORT_CLOSED' })
  const [{ title, text }] = program.electron.seen.boxes
  assert.equal(title, 'The gallery cannot be opened')
  assert.match(text, /qdrant/)
})

test('a_second_start_brings_the_first_window_to_the_front', async (t) => {
  const second = fakeElectron({ userData: temporaryFolder(), hasLock: false })
  start(second)
  await second.app.hasQuit
  assert.deepEqual(second.seen.windows, [])

  const { electron, window } = await started(t)
  window.state.minimized = true
  electron.app.emit('second-instance')
  assert.deepEqual(window.calls.slice(-2), ['restore', 'focus'])
  window.close()
  electron.app.emit('activate')
  assert.equal(electron.seen.windows.length, 1)
})

test('the_data_can_be_kept_elsewhere', async (t) => {
  const dataFolder = path.join(temporaryFolder(), 'new', 'folder')
  const program = await started(t, { dataFolder })
  await connectPage(program)
  assert.ok(fs.existsSync(path.join(dataFolder, 'qdrant')))
  assert.deepEqual(fs.readdirSync(program.userData), [])
})

test('the_window_is_where_it_was', async (t) => {
  const { electron, userData, window } = await started(t)
  window.bounds = { x: 300, y: 200, width: 900, height: 700 }
  window.state.maximized = true
  window.close()
  electron.app.emit('activate')
  const again = electron.seen.windows[0]
  assert.deepEqual(again.getNormalBounds(), { x: 300, y: 200, width: 900, height: 700 })
  assert.equal(again.isMaximized(), true)

  const file = path.join(userData, 'window-state.json')
  const load = (state) => {
    fs.writeFileSync(file, state)
    return loadWindowState(file, electron.screen)
  }
  const unseen = { x: 5000, y: 200, width: 900, height: 700 }
  assert.deepEqual(load(JSON.stringify({ bounds: unseen })).bounds, { width: 900, height: 700 })
  const usual = { bounds: { width: 1180, height: 820 }, isMaximized: false }
  for (const state of [
    '{"bounds":',
    'null',
    '{"bounds":{"x":"1"}}',
    '{"bounds":{"x":0,"y":0,"width":1,"height":1}}'
  ]) {
    assert.deepEqual(load(state), usual, state)
  }
})
