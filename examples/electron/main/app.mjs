import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { contentOf, securityHeaders } from './content.mjs'
import { EngineProcess } from './engine-process.mjs'
import { HOST, openWindow, PAGE, SCHEME } from './window.mjs'

const ENGINE = fileURLToPath(new URL('../engine/process.mjs', import.meta.url))

/**
 * The program, from its start to its end, with the API of Electron. `dataFolder` is where all is kept instead of the
 * user's folder for programs' data, `model` what to embed with instead of CLIP.
 */
export function start(electron, { dataFolder, model, stopTimeout } = {}) {
  const { app, protocol } = electron
  if (dataFolder) {
    fs.mkdirSync(dataFolder, { recursive: true })
    app.setPath('userData', path.resolve(dataFolder))
  }

  // Two engines cannot hold one folder: the program that is there already comes to the front instead.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }

  const args = ['--data', path.join(app.getPath('userData'), 'qdrant')]
  if (model) args.push('--model', model)
  let window = null
  const failed = (reason) => electron.dialog.showErrorBox('The gallery cannot be opened', reason)
  const stopped = () => window?.webContents.send('engine-stopped')
  const engine = new EngineProcess(electron, { entry: ENGINE, args, failed, stopped, stopTimeout })

  // Like https: the page has an origin of its own, and none of the rights of a file.
  const privileges = { standard: true, secure: true, supportFetchAPI: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])

  const show = () => {
    if (window) {
      if (window.isMinimized()) window.restore()
      window.focus()
      return
    }
    window = openWindow(electron)
    window.on('closed', () => {
      window = null
    })
  }

  app.on('second-instance', show)
  app.on('activate', show)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  quitAfterClosing(app, engine)
  app.whenReady().then(() => {
    electron.session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) =>
      answer(false)
    )
    protocol.handle(SCHEME, (request) => respond(request, engine))
    answerPage(electron, engine, () => window)
    show()
  })
}

/** Lets the engine write down what it has before the program ends. */
function quitAfterClosing(app, engine) {
  let isClosed = false
  app.on('will-quit', async (event) => {
    if (isClosed) return
    event.preventDefault()
    await engine.stop()
    isClosed = true
    app.quit()
  })
}

/** What the page asks of the main process; everything else goes over the port. */
function answerPage({ dialog, ipcMain, shell }, engine, currentWindow) {
  const isOurs = ({ senderFrame }) => senderFrame?.url.startsWith(PAGE)
  const handle = (channel, answer) =>
    ipcMain.handle(channel, (event, ...args) => {
      if (!isOurs(event)) throw new Error('Not for this page')
      return answer(...args)
    })

  ipcMain.on('request-port', (event) => {
    if (isOurs(event) && !engine.isStopping) event.sender.postMessage('port', null, [engine.portForPage()])
  })
  handle('choose-folder', async () => {
    const { filePaths } = await dialog.showOpenDialog(currentWindow(), { properties: ['openDirectory'] })
    if (filePaths.length === 0) return null
    return (await engine.client()).chooseFolder(filePaths[0])
  })
  handle('show-in-folder', async (id) => {
    const file = await (await engine.client()).pictureFile(String(id))
    if (file) shell.showItemInFolder(file)
  })
}

/** The page and the pictures of the gallery. */
async function respond(request, engine) {
  const { host, pathname } = new URL(request.url)
  const pictureFile = async (id) => (await engine.client()).pictureFile(id)
  const content = host === HOST ? await contentOf(pathname, pictureFile) : null
  if (!content) return new Response('Not found', { status: 404 })
  return new Response(content.body, { headers: { ...securityHeaders(), 'content-type': content.type } })
}
