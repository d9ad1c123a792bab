const SIZE = 64

/** A vector for a text by the words in it: texts that share words are near to each other. */
export function embed(text) {
  const vector = new Array(SIZE).fill(0)
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    let hash = 7
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003
    vector[hash % SIZE] += 1
  }
  return vector
}
