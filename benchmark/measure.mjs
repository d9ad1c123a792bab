// What the child measures with: the event loop's delay, times and percentiles.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

const RESOLUTION = 1

/**
 * Watches the event loop while `work` runs, and calls through `call(fn)` in particular.
 *
 * `p99` and `longest` are delays of a timer of 1 ms beyond that millisecond. `longestCall` is the longest time that a
 * call took to return its promise: work that was done on this thread, not a wait for a busy core. All in ms.
 */
export class EventLoopWatch {
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  #longestCall = 0

  async during(work) {
    this.#histogram.enable()
    // The first tick has nothing to be compared with, and the last one comes after the work.
    await sleep(3 * RESOLUTION)
    try {
      return await work((fn) => this.#call(fn))
    } finally {
      await sleep(3 * RESOLUTION)
      this.#histogram.disable()
    }
  }

  #call(fn) {
    const started = performance.now()
    const promise = fn()
    this.#longestCall = Math.max(this.#longestCall, performance.now() - started)
    return promise
  }

  report() {
    const delay = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION)
    return {
      p99: delay(this.#histogram.percentile(99)),
      longest: delay(this.#histogram.max),
      longestCall: this.#longestCall
    }
  }
}

/** The value below which the share `p` of the samples lies. */
export function percentile(samples, p) {
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.ceil(p * sorted.length) - 1]
}

/** Share of the exact nearest points that are among the found ones; each of both is a list of lists of ids. */
export function recall(found, truth) {
  const hits = truth.map((ids, i) => found[i].filter((id) => ids.includes(id)).length)
  return sum(hits) / sum(truth.map((ids) => ids.length))
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

/** Resident memory in MB, without garbage that is only not collected yet (needs `--expose-gc`). */
export function residentMegabytes() {
  globalThis.gc()
  return process.memoryUsage.rss() / 1e6
}
