import fs from 'node:fs'
import path from 'node:path'
import { root } from '../lib/paths.mjs'

const folder = path.join(root, 'docs', 'examples')

/** What an example runs with, unless its first line says otherwise. */
const AROUND = 'photos'

/**
 * The examples of `docs/examples` by the names of what they show: their `code`, what they run with (see
 * `__test__/docs/markdown.mjs`), and their `text`, for what is not described where it is declared.
 */
export function examples() {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.mjs'))
  return new Map(files.map((file) => [path.basename(file, '.mjs'), example(file)]))
}

function example(file) {
  const source = fs.readFileSync(path.join(folder, file), 'utf8')
  const [, around = AROUND, comment, code] = /^(?:\/\/ with: (.+)\n)?(\/\*\*[\s\S]*?\*\/\n)?([\s\S]*)$/.exec(
    source
  )
  const text = (comment ?? '').replace(/^\/\*\*|^ ?\*\/$|^ \* ?/gm, '').trim()
  return { around: around === 'nothing' ? undefined : around, text, code: code.trim() }
}
