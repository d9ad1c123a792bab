import { Progress } from './progress.mjs'
import { megabytes } from './units.mjs'

/** What `indexFolder` tells of its progress, on stderr: a bar for each part of the work. */
export class IndexProgress {
  #bar
  #part
  #listsFiles = false

  update({ phase, kind, done, total, file, outcome, error }) {
    if (phase === 'find') return
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
    else process.stderr.write(`${text}\n`)
  }

  /** Takes the bar off the terminal. */
  end() {
    this.#bar?.end()
    this.#bar = undefined
    this.#part = undefined
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
