// Files of rows of equal width.
import fs from 'node:fs'

/** The next row of an open file of float32 numbers. */
export function readRow(file, dim) {
  const row = new Float32Array(dim)
  fs.readSync(file, row)
  return row
}

/** Writes `count` rows, each filled by `fill(row)`. */
export function writeRows(path, count, dim, fill) {
  const out = fs.openSync(path, 'w')
  const row = new Float32Array(dim)
  for (let i = 0; i < count; i++) {
    fill(row)
    fs.writeSync(out, row)
  }
  fs.closeSync(out)
}

/** A whole file as one typed array. */
export function readWords(path, TypedArray) {
  return new TypedArray(new Uint8Array(fs.readFileSync(path)).buffer)
}

/** Views on the rows of a typed array. */
export function rows(words, width) {
  return Array.from({ length: words.length / width }, (_, i) => words.subarray(i * width, (i + 1) * width))
}
