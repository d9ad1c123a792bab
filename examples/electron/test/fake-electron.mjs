/**
 * As much of Electron's API as the main process uses, on Node.js: ports are those of `worker_threads`, and a utility
 * process is a worker thread, in which the engine runs as it does in the program.
 */
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import { MessageChannel, Worker } from 'node:worker_threads'
import { PortMain } from './port-main.mjs'

const BOOTSTRAP = new URL('utility-worker.mjs', import.meta.url)

export function fakeElectron({ userData, hasLock = true, chosen = [] }) {
  const windows = []
  const boxes = []
  const shown = []
  const children = []
  const paths = { userData }

  class App extends EventEmitter {
    #hasQuit
    hasQuit = new Promise((resolve) => {
      this.#hasQuit = resolve
    })

    getPath = (name) => paths[name]
    setPath = (name, value) => {
      if (!fs.existsSync(value)) throw new Error('Failed to set path')
      paths[name] = value
    }
    requestSingleInstanceLock = () => hasLock
    whenReady = async () => {}

    quit() {
      for (const window of [...windows]) window.close()
      const event = preventable()
      this.emit('will-quit', event)
      if (!event.defaultPrevented) this.#hasQuit()
    }
  }
  const app = new App()

  class BrowserWindow extends EventEmitter {
    webContents = new WebContents()
    calls = []
    state = { minimized: false, maximized: false, destroyed: false }

    constructor(options) {
      super()
      this.options = options
      this.bounds = { x: 10, y: 10, width: options.width, height: options.height, ...options }
      windows.push(this)
    }

    isMinimized = () => this.state.minimized
    isMaximized = () => this.state.maximized
    isDestroyed = () => this.state.destroyed
    show = () => this.calls.push('show')
    focus = () => this.calls.push('focus')
    restore = () => this.calls.push('restore')
    loadURL = (url) => this.calls.push(`load ${url}`)
    maximize = () => {
      this.state.maximized = true
    }
    getNormalBounds() {
      const { x, y, width, height } = this.bounds
      return { x, y, width, height }
    }
    close() {
      this.emit('close')
      this.state.destroyed = true
      windows.splice(windows.indexOf(this), 1)
      this.emit('closed')
    }
  }

  class WebContents extends EventEmitter {
    setWindowOpenHandler = (handler) => {
      this.windowOpenHandler = handler
    }
    postMessage = (channel, message, ports) => this.emit('posted', { channel, message, ports })
    send = (channel) => this.emit('posted', { channel, ports: [] })
  }

  class IpcMain extends EventEmitter {
    #handlers = new Map()
    handle = (channel, handler) => this.#handlers.set(channel, handler)
    /** What `ipcRenderer.invoke` of a page at this address does. */
    invoke = async (url, channel, ...args) => this.#handlers.get(channel)({ senderFrame: { url } }, ...args)
  }

  class UtilityProcess extends EventEmitter {
    #worker

    constructor(entry, args) {
      super()
      this.#worker = new Worker(BOOTSTRAP, { argv: args, workerData: { entry } })
      this.#worker.on('message', (message) => this.emit('message', message))
      this.#worker.on('exit', (code) => this.emit('exit', code))
      children.push(this)
    }
    postMessage = (message, ports = []) => {
      const inner = ports.map(({ port }) => port)
      this.#worker.postMessage({ message, ports: inner }, inner)
    }
    kill = () => {
      this.wasKilled = true
      this.#worker.terminate()
    }
  }

  class MessageChannelMain {
    constructor() {
      const { port1, port2 } = new MessageChannel()
      this.port1 = new PortMain(port1)
      this.port2 = new PortMain(port2)
    }
  }

  const handlers = new Map()
  const schemes = []
  return {
    app,
    BrowserWindow,
    MessageChannelMain,
    dialog: {
      showErrorBox: (title, text) => boxes.push({ title, text }),
      showOpenDialog: async () => ({ filePaths: chosen.splice(0, 1) })
    },
    ipcMain: new IpcMain(),
    nativeTheme: { shouldUseDarkColors: false },
    protocol: {
      registerSchemesAsPrivileged: (list) => schemes.push(...list),
      handle: (scheme, handler) => handlers.set(scheme, handler)
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: { defaultSession: { setPermissionRequestHandler() {} } },
    shell: { showItemInFolder: (file) => shown.push(file) },
    utilityProcess: { fork: (entry, args) => new UtilityProcess(entry, args) },
    seen: { windows, boxes, shown, children, handlers, schemes }
  }
}

const preventable = () => ({
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true
  }
})
