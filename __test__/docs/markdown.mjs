/**
 * The code in a Markdown page, as programs that can be run.
 *
 * - Blocks of one section follow each other: a program is a block with those after it, up to the next heading. A block
 *   that begins with an `import`, is of another language or has a comment as below begins a program of its own. Blocks
 *   without a language, of text and of diagrams are for reading.
 * - `<!-- with: photos, models -->` before a block names what has to be around it: modules of the folder `with`.
 * - `<!-- not run: why -->` before a block keeps it from being run.
 * - Where `console.log` has a comment behind it, that is what it prints.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The languages that are run. */
const LANGUAGES = { js: 'js', ts: 'ts', sh: 'sh', json: 'json' }

/** Those that are for reading; declarations are called `typescript`. Any other block has to say why it is not run. */
const PROSE = ['', 'text', 'mermaid', 'typescript']

/** README.md, the pages of `docs/` and the READMEs of the examples. */
export function pages() {
  const readmes = readdirSync(join(root, 'examples')).map((name) => join('examples', name, 'README.md'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => join('docs', name))
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')), ...readmes].sort()
}

/** The programs of a page of this repository. */
export function programsOf(page) {
  return programsIn(relative(root, join(root, page)), readFileSync(join(root, page), 'utf8'))
}

/** The programs in the text of a page. Their code begins on the line of the page that it is on. */
export function programsIn(page, text) {
  const programs = []
  let section = ''
  let said = {}
  let open
  let block
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent, fence, language] = /^(\s*)(```+)(\w*)/.exec(line) ?? []
    if (block) {
      if (fence === block.fence && !language) {
        open = add(programs, open, block)
        block = undefined
      } else block.lines.push(line.slice(block.indent))
    } else if (fence) {
      block = { page, section, said, fence, indent: indent.length, language, line: index + 2, lines: [] }
      said = {}
    } else if (/^#+ /.test(line)) {
      section = line.replace(/^#+ /, '')
      open = undefined
    } else {
      const [, key, value] = /^\s*<!-- (with|not run): (.+) -->$/.exec(line) ?? []
      if (key === 'with') said = { ...said, around: value.split(', ') }
      if (key === 'not run') said = { ...said, reason: value }
    }
  }
  return programs
}

/** Adds a block to the program that it belongs to, and returns what the next block may be added to. */
function add(programs, open, { page, section, said, language: tag, line, lines }) {
  const language = LANGUAGES[tag]
  if (said.reason) return undefined
  if (PROSE.includes(tag)) return open
  if (!language) throw new Error(`${page}:${line}: nothing runs a block of the language ${tag}`)
  const begins = said.around || /^import /.test(lines[0]) || open?.language !== language
  const program = begins ? { page, section, line, language, around: said.around ?? [], code: '' } : open
  if (begins) programs.push(program)
  const written = program.code.split('\n').length
  program.code += '\n'.repeat(Math.max(0, line - written)) + lines.join('\n')
  return program
}
