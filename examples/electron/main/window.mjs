import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepWindowState, loadWindowState } from './window-state.mjs'

export const SCHEME = 'app'
export const HOST = 'gallery'
export const PAGE = `${SCHEME}://${HOST}/`

const PRELOAD = fileURLToPath(new URL('../preload.cjs', import.meta.url))

/** The colours of the page, so that nothing flashes before it is there. */
const BACKGROUND = { light: '#f5f5f2', dark: '#131412' }

/** Opens the window of the program. Its page has no Node.js, and it is the only page that it ever shows. */
export function openWindow({ app, BrowserWindow, nativeTheme, screen }) {
  const stateFile = path.join(app.getPath('userData'), 'window-state.json')
  const { bounds, isMaximized } = loadWindowState(stateFile, screen)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 420,
    minHeight: 480,
    show: false,
    title: 'Gallery',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { preload: PRELOAD, contextIsolation: true, sandbox: true, nodeIntegration: false }
  })
  if (isMaximized) window.maximize()
  keepWindowState(stateFile, window)
  window.once('ready-to-show', () => window.show())
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.loadURL(PAGE)
  return window
}
