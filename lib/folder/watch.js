const { Changes } = require('./changes.js')
const { FolderIndex } = require('./folder-index.js')
const { folderOptions, wholeNumber } = require('./options.js')

const DEBOUNCE = 500
const RESCAN_INTERVAL = 5 * 60_000

/** After a scan that failed, because its folder was not there for example, the next one is not that far. */
const RETRY_INTERVAL = 30_000

/** A scan is followed by a rest of this many times its duration, so that a large folder does not keep the process busy. */
const REST = 4

/**
 * Keeps the index of a folder current. Changes only say when to scan: what a scan does depends on nothing but the files
 * and what is stored, so that a change that nobody told of is made up for by the next scan.
 */
class FolderWatcher {
  #index
  #options
  #changes = new Changes()
  #stop = new AbortController()
  #known = ''

  constructor(client, folder, options = {}, functions) {
    this.#index = new FolderIndex(client, folder, folderOptions(options), functions)
    const { debounce = DEBOUNCE, rescanInterval = RESCAN_INTERVAL, signal } = options
    const { onScan = () => {}, onScanError = () => {} } = options
    wholeNumber('debounce', debounce, 0)
    wholeNumber('rescanInterval', rescanInterval, 1)
    this.#options = { debounce, rescanInterval, onScan, onScanError, signal }
  }

  /** Makes the first scan, and goes on by itself. */
  async begin() {
    const { signal } = this.#options
    const stop = () => this.#stop.abort(signal.reason)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    const end = () => {
      signal?.removeEventListener('abort', stop)
      this.#changes.close()
    }
    try {
      await this.#scan()
    } catch (error) {
      end()
      throw error
    }
    this.closed = this.#goOn().finally(end)
    return this
  }

  /** Stops; resolves when nothing goes on any more. */
  close() {
    this.#stop.abort()
    return this.closed
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }

  async #goOn() {
    const { debounce, rescanInterval, onScanError } = this.#options
    const { signal } = this.#stop
    let most = rescanInterval
    let least = 0
    while (true) {
      await this.#changes.next({ quiet: debounce, least, most, signal })
      if (signal.aborted) return
      const begun = Date.now()
      try {
        await this.#scan()
        most = rescanInterval
      } catch (error) {
        if (signal.aborted) return
        onScanError(error)
        if (error.code === 'CLIENT_CLOSED') return
        // What is watched may not be what is there now.
        this.#changes.close()
        most = Math.min(rescanInterval, RETRY_INTERVAL)
      }
      least = REST * (Date.now() - begun)
    }
  }

  async #scan() {
    const { signal } = this.#stop
    this.result = await this.#index.scan({ signal, enter: (folder) => this.#changes.enter(folder) })
    const failures = JSON.stringify(this.result.failures.map(({ file, error }) => [file, error.message]))
    const kinds = [this.result.images, this.result.texts].filter(Boolean)
    const isNews = failures !== this.#known || kinds.some(({ indexed, removed }) => indexed + removed > 0)
    this.#known = failures
    if (isNews) this.#options.onScan(this.result)
  }
}

module.exports = { FolderWatcher }
