/** Runs the programs of a page, each in a fresh folder that has the package in its `node_modules`. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { formatWithOptions, promisify } from 'node:util'

import { withFolder } from '../helpers.mjs'
import { root } from './markdown.mjs'
import { installPackages } from './packages.mjs'

const STRICT = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  noUnusedLocals: true,
  lib: ['es2023', 'esnext.disposable'],
  types: ['node']
}

/** Runs a program; rejects when it fails, or prints something else than it says. */
export function run(program) {
  return withFolder(async (folder) => {
    installPackages(folder)
    await inside(folder, program.around, () => RUNNERS[program.language](program, folder))
  })
}

const RUNNERS = {
  async js({ page, code }, folder) {
    const file = join(folder, `${basename(page)}.mjs`)
    writeFileSync(file, code)
    assertPrinted(await printed(() => import(pathToFileURL(file).href)), code)
  },

  async ts({ page, code }, folder) {
    const name = basename(page)
    writeFileSync(join(folder, `${name}.mts`), code)
    const config = { compilerOptions: { ...STRICT, outDir: 'out', rootDir: '.' }, files: [`${name}.mts`] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    await node([join(root, 'node_modules/typescript/bin/tsc'), '--project', folder], folder)
    const file = pathToFileURL(join(folder, 'out', `${name}.mjs`)).href
    assertPrinted(await printed(() => import(file)), code)
  },

  async sh({ page, code }, folder) {
    for (const line of code.replaceAll('\\\n', '').split('\n')) {
      const words = line.replace(/\s#.*/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? []
      if (words.length > 0) await command(words.map(unquoted), page, folder)
    }
  },

  async json({ code }) {
    JSON.parse(code)
  }
}

const unquoted = (word) => word.replace(/^(["'])(.*)\1$/, '$2')

/** A command of the package runs, and so does one of an example; one of npm has to be about something that there is. */
async function command([program, ...words], page, folder) {
  if (program === 'npx' && words[0] === 'qdrant-embedded') {
    const args = words.slice(1).map((word) => word.replace(/^~(?=\/)/, folder))
    return node([join(root, 'cli/main.mjs'), ...args], folder)
  }
  if (program === 'node')
    return node(
      words.map((word) => word.replace(/^(?=examples\/)/, root)),
      folder
    )
  const [, prefix = '.'] = /--prefix (\S+)/.exec(words.join(' ')) ?? []
  const { scripts } = manifestIn(join(root, dirname(page), prefix))
  const isKnown = {
    test: () => scripts.test,
    start: () => scripts.start,
    run: (script) => scripts[script],
    install: (name) => name === 'qdrant-embedded'
  }
  if (program === 'npm' && isKnown[words[0]]?.(words[1])) return undefined
  throw new Error(`${program} ${words.join(' ')}: it is not known how to run this; say why it is not run`)
}

/** The package.json that npm looks at in a folder. */
function manifestIn(folder) {
  const file = join(folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : manifestIn(dirname(folder))
}

async function node(args, cwd) {
  try {
    return await promisify(execFile)(process.execPath, args, { cwd })
  } catch (error) {
    throw new Error(`${args.join(' ')}\n${error.stdout}${error.stderr}`)
  }
}

/** Calls `use` with the folder as the working directory, and with what has to be around as global variables. */
async function inside(folder, around, use) {
  const before = process.cwd()
  process.chdir(folder)
  try {
    await withAll(around, use)
  } finally {
    process.chdir(before)
  }
}

/** Each module of `with/` calls a function with the variables that it provides, and tidies up afterwards. */
async function withAll([name, ...others], use) {
  if (name === undefined) return use()
  const module = new URL(`with/${name}.mjs`, import.meta.url)
  if (!existsSync(module)) throw new Error(`there is no ${name} to run a program with`)
  const { default: provide } = await import(module)
  await provide(async (variables) => {
    Object.assign(globalThis, variables)
    try {
      await withAll(others, use)
    } finally {
      for (const variable of Object.keys(variables)) delete globalThis[variable]
    }
  })
}

/** The lines that `use` prints. */
async function printed(use) {
  const lines = []
  const { log } = console
  console.log = (...values) => {
    lines.push(formatWithOptions({ breakLength: Infinity, compact: 10, depth: 10 }, ...values))
  }
  try {
    await use()
  } finally {
    console.log = log
  }
  return lines
}

/** A program without comments behind its `console.log` may print what it likes. */
function assertPrinted(lines, code) {
  const said = [...code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, text]) => text.trim())
  if (said.length > 0) assert.deepEqual(lines, said)
}
