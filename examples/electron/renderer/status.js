import { byId } from './element.js'

/** Says something to those who do not see the page change. */
export function announce(text) {
  byId('status').textContent = text
}

export function showError(error) {
  byId('error').textContent = error.message
  byId('error').hidden = false
}

export function hideError() {
  byId('error').hidden = true
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`

/** How far something is that takes a while, and a button that stops it. */
export class Progress {
  #section = byId('progress')
  #bar = this.#section.querySelector('progress')

  constructor(onStop) {
    byId('stop').onclick = onStop
  }

  show({ phase, done, total }) {
    this.#section.hidden = false
    this.#bar.max = Math.max(total, 1)
    this.#bar.value = done
    byId('progress-text').textContent =
      phase === 'download'
        ? `Downloading the model: ${megabytes(done)} of ${megabytes(total)}`
        : `Looking at the pictures: ${done} of ${total}`
  }

  hide() {
    this.#section.hidden = true
  }
}
