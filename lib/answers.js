/**
 * Answers of the native side. The text is JSON: errors begin with `!`, and those with integers beyond 2^53 begin with `~`
 * and have them marked. Where lists of numbers are apart from it, strings tell which of the numbers are whose.
 */

const { setImmediate: nextTurn } = require('node:timers/promises')

const BIGINT_MARK = '\u0000n:'
const NUMBERS_MARK = '\u0000f64:'

/** Values under these keys are user data, and are never looked into. */
const OPAQUE_KEYS = new Set(['payload', 'metadata', 'id'])

/** Numbers that are put into their places at once: some milliseconds. */
const SLICE = 250_000

/** The value that an answer is. Long ones are made in slices, between which the event loop goes on. */
function unpacked(answer) {
  if (typeof answer === 'string') return parse(answer)
  return answer?.numbers ? withNumbers({ value: parse(answer.text) }, answer.numbers) : answer
}

function parse(text) {
  if (text === 'null') return undefined
  if (text.startsWith('!')) throw new Error(text.slice(1))
  if (!text.startsWith('~')) return JSON.parse(text)
  return JSON.parse(text.slice(1), (_key, value) =>
    typeof value === 'string' && value.startsWith(BIGINT_MARK)
      ? BigInt(value.slice(BIGINT_MARK.length))
      : value
  )
}

/** The `value` in `whole`, with lists of the numbers. */
async function withNumbers(whole, numbers) {
  const places = []
  findPlaces(whole, places, false)
  let done = 0
  for (const { holder, key } of places) {
    const [start, length] = holder[key].slice(NUMBERS_MARK.length).split(':').map(Number)
    if (done > SLICE) {
      await nextTurn()
      done = 0
    }
    holder[key] = list(numbers, start, length)
    done += length
  }
  return whole.value
}

/** Adds the places of lists of numbers below `holder`, in which all is `ofVectors`, or there are other things too. */
function findPlaces(holder, places, ofVectors) {
  for (const key of Object.keys(holder)) {
    if (!ofVectors && OPAQUE_KEYS.has(key)) continue
    const value = holder[key]
    if (typeof value === 'string') {
      if (value.startsWith(NUMBERS_MARK)) places.push({ holder, key })
    } else if (value !== null && typeof value === 'object') {
      findPlaces(value, places, ofVectors || key === 'vector')
    }
  }
}

function list(numbers, start, length) {
  const values = new Array(length)
  for (let i = 0; i < length; i++) values[i] = numbers[start + i]
  return values
}

module.exports = { unpacked }
