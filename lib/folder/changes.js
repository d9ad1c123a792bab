const fs = require('node:fs')
const path = require('node:path')

/** While changes go on and on, they are answered every so many milliseconds all the same. */
const LONGEST_WAIT = 10_000

/**
 * Where the system tells of changes in a whole tree by one watch. Elsewhere Node.js makes up for that with calls that
 * block and a watch for each file; one for each folder is enough.
 */
const WATCHES_TREES = process.platform === 'darwin' || process.platform === 'win32'

/** Tells that something has changed in a tree of folders, not what. */
class Changes {
  #watches = new Map()
  #first = null
  #last = null
  #wake = () => {}

  /** Watches a folder from now on; the first is the one that has the others. */
  enter(folder) {
    if (this.#watches.has(folder) || (WATCHES_TREES && this.#watches.size > 0)) return
    try {
      const watch = fs.watch(folder, { recursive: WATCHES_TREES }, (type, name) => {
        if (type === 'rename' && name) this.#forgetMoved(folder, name)
        this.#note()
      })
      watch.on('error', () => {
        this.#forget(folder)
        this.#note()
      })
      this.#watches.set(folder, watch)
    } catch {
      // It is gone already, or the system allows no more watches: a scan will see what is in it.
    }
  }

  /**
   * Resolves once something has changed and then nothing more for `quiet` milliseconds, but not before `least` of them
   * have passed; after `most` in any case; and when the signal aborts.
   */
  async next({ quiet, least, most, signal }) {
    const begun = Date.now()
    while (!signal.aborted) {
      const due =
        this.#first === null
          ? begun + most
          : Math.max(Math.min(this.#last + quiet, this.#first + LONGEST_WAIT), begun + least)
      const wait = due - Date.now()
      if (wait <= 0) break
      await this.#sleep(wait, signal)
    }
    this.#first = null
  }

  close() {
    for (const watch of this.#watches.values()) watch.close()
    this.#watches.clear()
  }

  #note() {
    this.#last = Date.now()
    if (this.#first !== null) return
    this.#first = this.#last
    this.#wake()
  }

  #sleep(milliseconds, signal) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#wake = () => {}
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      signal.addEventListener('abort', wake, { once: true })
      this.#wake = wake
    })
  }

  /** What was moved is still watched, under its old name, and what took its place is not. */
  #forgetMoved(folder, name) {
    const moved = path.join(folder, name)
    if (this.#watches.has(moved)) {
      for (const watched of this.#watches.keys()) {
        if (watched === moved || watched.startsWith(moved + path.sep)) this.#forget(watched)
      }
    }
    if (name === path.basename(folder)) this.#forget(folder)
  }

  #forget(folder) {
    this.#watches.get(folder)?.close()
    this.#watches.delete(folder)
  }
}

module.exports = { Changes }
