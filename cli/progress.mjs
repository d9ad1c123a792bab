const BAR_WIDTH = 24
const REDRAW_MS = 100
const LINE_MS = 5_000

/** Progress of counted work on stderr: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  #label
  #unit
  #total
  #stream
  #started = Date.now()
  #shown = 0
  #first

  constructor(label, total, { unit = (count) => `${count}`, stream = process.stderr } = {}) {
    this.#label = label
    this.#total = total
    this.#unit = unit
    this.#stream = stream
  }

  update(done) {
    const now = Date.now()
    this.#first ??= done
    const { isTTY } = this.#stream
    if (done === 0 && !isTTY) return
    if (done < this.#total && now - this.#shown < (isTTY ? REDRAW_MS : LINE_MS)) return
    this.#shown = now
    const text = this.#describe(done, (now - this.#started) / 1000)
    if (!isTTY) this.#stream.write(`${this.#label}: ${text}\n`)
    else {
      // A line that wraps could not be drawn over.
      const line = `${this.#label} ${bar(done / this.#total)} ${text}`.slice(
        0,
        (this.#stream.columns || 80) - 1
      )
      this.#stream.write(`\r\x1b[2K${line}`)
    }
  }

  /** Writes a line of its own, above the bar. */
  note(text) {
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`)
    this.#shown = 0
  }

  #describe(done, seconds) {
    const percent = Math.floor((100 * done) / this.#total)
    const parts = [`${percent} %`, `${this.#unit(done)} of ${this.#unit(this.#total)}`]
    // What was done at first took its time before that.
    const rate = (done - this.#first) / seconds
    if (seconds >= 0.5 && rate > 0) {
      parts.push(`${this.#unit(Number(rate.toPrecision(3)))}/s`)
      if (done < this.#total) parts.push(`${duration((this.#total - done) / rate)} left`)
    }
    return parts.join(' · ')
  }
}

/** Seconds as people read them. */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}

function bar(fraction) {
  const filled = Math.round(fraction * BAR_WIDTH)
  return '━'.repeat(filled) + '─'.repeat(BAR_WIDTH - filled)
}
