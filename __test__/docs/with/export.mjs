import { writeFileSync } from 'node:fs'

/** `points.jsonl` in the working directory, as the Python program of docs/moving.md writes it. */
export default (use) => {
  const points = [1, 2, 3].map((id) => ({ id, vector: [id, 1, 0, 0], payload: { name: `photo ${id}` } }))
  writeFileSync('points.jsonl', points.map((point) => `${JSON.stringify(point)}\n`).join(''))
  return use({})
}
