import { connectPort } from 'qdrant-embedded/bridge'

/** How long the engine may take to write all down before the program ends without it. What it acknowledged is on disk. */
const STOP_TIMEOUT = 10_000

const KILL_TIMEOUT = 2_000

/** The engine in a utility process, which is started when it is needed and, should it fail, when it is needed again. */
export class EngineProcess {
  #electron
  #options
  #child = null
  #client = null
  #stopping = null

  /** `entry` and `args` are what to run; `failed` hears why it cannot run, `stopped` when it has ended. */
  constructor(electron, { entry, args, failed, stopped, stopTimeout = STOP_TIMEOUT }) {
    this.#electron = electron
    this.#options = { entry, args, failed, stopped, stopTimeout }
  }

  get isStopping() {
    return this.#stopping !== null
  }

  /** A port to the engine for a page. */
  portForPage() {
    return this.#port('page')
  }

  /** What the engine offers to the main process. */
  client() {
    this.#client ??= connectPort(this.#port('main'))
    return this.#client
  }

  /** Closes the engine, and resolves when its process has ended; within the time limit in any case. */
  stop() {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #port(role) {
    if (this.isStopping) throw new Error('The engine is stopping')
    const { port1, port2 } = new this.#electron.MessageChannelMain()
    this.#running().postMessage({ type: role }, [port1])
    return port2
  }

  #running() {
    if (this.#child) return this.#child
    const { entry, args, failed, stopped } = this.#options
    const child = this.#electron.utilityProcess.fork(entry, args, { serviceName: 'Gallery engine' })
    child.on('message', ({ type, reason }) => {
      if (type !== 'failed') return
      child.kill()
      failed(reason)
    })
    child.once('exit', () => {
      this.#child = null
      this.#client = null
      stopped?.()
    })
    this.#child = child
    return child
  }

  async #stop() {
    const child = this.#child
    if (!child) return
    const exited = new Promise((resolve) => child.once('exit', () => resolve(true)))
    child.postMessage({ type: 'close' })
    if (await within(exited, this.#options.stopTimeout)) return
    child.kill()
    await within(exited, KILL_TIMEOUT)
  }
}

/** What a promise gives, or nothing when that takes longer. */
async function within(promise, milliseconds) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
