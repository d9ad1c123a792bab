/**
 * Messages as text, for the page and for the development server: JSON, with what a port carries and JSON does not as
 * objects with one key. No other object of these messages has such a key.
 */
const TYPES = [
  ['$bigint', (value) => typeof value === 'bigint', String, BigInt],
  ['$bytes', (value) => value instanceof Uint8Array, toBase64, fromBase64],
  [
    '$floats',
    (value) => value instanceof Float32Array,
    ({ buffer, byteOffset, byteLength }) => toBase64(new Uint8Array(buffer, byteOffset, byteLength)),
    (text) => new Float32Array(fromBase64(text).buffer)
  ]
]

export function encode(message) {
  return JSON.stringify(message, (_key, value) => {
    const type = TYPES.find(([, isOne]) => isOne(value))
    return type ? { [type[0]]: type[2](value) } : value
  })
}

export function decode(text) {
  return JSON.parse(text, (_key, value) => {
    const type = TYPES.find(([key]) => typeof value?.[key] === 'string')
    return type ? type[3](value[type[0]]) : value
  })
}

// In pieces, because a function takes only so many arguments.
const PIECE = 32_768

function toBase64(bytes) {
  let text = ''
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE))
  }
  return btoa(text)
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
