export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/** Bytes in the unit that fits. */
export function size(bytes) {
  if (bytes < 1e3) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? megabytes(bytes) : `${(bytes / 1e9).toFixed(1)} GB`
}

/** A number with its noun: `1 point`, `2,000 points`. */
export function count(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
