/** Vectors of equal length in one array, `{ data, dim }`: they stand for a list of vectors. */

const { nativeError } = require('./errors.js')

/** Whether an object among vectors is such an array. A vector that is called `dim` is no number. */
function isFlat(value) {
  return value.data instanceof Float32Array && typeof value.dim === 'number'
}

/** What `make(start, end)` makes of each vector, which is in that part of the array. */
function mapRows({ data, dim }, make) {
  if (!Number.isInteger(dim) || dim < 1 || data.length % dim !== 0) {
    const problem = `data of ${data.length} numbers is not made of vectors of dim ${dim}`
    throw nativeError(400, `Format error in JSON body: ${problem}`)
  }
  return Array.from({ length: data.length / dim }, (_, row) => make(row * dim, (row + 1) * dim))
}

module.exports = { isFlat, mapRows }
