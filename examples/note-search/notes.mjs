import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** The passages of all Markdown notes in a folder and its subfolders: one for each heading with text under it. */
export async function readNotes(folder) {
  const files = await readdir(folder, { recursive: true })
  const notes = files.filter((file) => file.endsWith('.md')).sort()
  const passages = await Promise.all(
    notes.map(async (file) => passagesOf(file, await readFile(path.join(folder, file), 'utf8')))
  )
  return passages.flat()
}

function passagesOf(file, markdown) {
  return markdown.split(/^(?=#+ )/m).flatMap((section) => {
    const [, heading = '', text] = /^(?:#+ (.*)\n)?([\s\S]*)$/.exec(section)
    return text.trim() ? [{ id: idOf(file, section), file, heading, text: text.trim() }] : []
  })
}

/** A UUID of the content: a passage that has changed is another one. */
function idOf(file, section) {
  const hash = createHash('sha256').update(`${file}\0${section}`).digest('hex')
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
