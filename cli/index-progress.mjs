import { Progress } from './progress.mjs'
import { megabytes } from './units.mjs'

const CLEAR = '\r\x1b[2K'

/** What `indexFolder` tells of its progress, on stderr: a bar for each part of the work. */
export class IndexProgress {
  #bar
  #part
  #listsFiles = false

  update({ phase, kind, done, total, file, outcome, error }) {
    if (phase === 'find') return this.#find(done)
    if (outcome === 'failed') this.note(`warning: ${file}: ${error.message}`)
    if (this.#listsFiles && phase === 'index') {
      const mark = { embedded: '+', copied: '+', removed: '-' }[outcome]
      if (mark) process.stdout.write(`${mark} ${file}\n`)
      return
    }
    this.#begin(phase, kind, total)
    this.#bar.update(done)
    if (done >= total) this.end()
  }

  /** From now on, changed files are listed on stdout. */
  listFiles() {
    this.#listsFiles = true
  }

  /** Writes a line of its own. */
  note(text) {
    if (this.#bar) this.#bar.note(text)
    else process.stderr.write(process.stderr.isTTY ? `${CLEAR}${text}\n` : `${text}\n`)
  }

  /** Takes the bar off the terminal. */
  end() {
    if (process.stderr.isTTY) process.stderr.write(CLEAR)
    this.#bar = undefined
    this.#part = undefined
  }

  #find(count) {
    if (process.stderr.isTTY && !this.#listsFiles) process.stderr.write(`${CLEAR}Files found: ${count}`)
  }

  #begin(phase, kind, total) {
    const part = `${phase} ${kind} ${total}`
    if (part === this.#part) return
    this.end()
    this.#part = part
    this.#bar =
      phase === 'download'
        ? new Progress('Downloading the model', total, { unit: megabytes })
        : new Progress('Embedding', total)
  }
}
