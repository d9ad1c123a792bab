#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Interrupted, UsageError } from './errors.mjs'

const COMMANDS = {
  doctor: () => import('./commands/doctor.mjs'),
  index: () => import('./commands/index-folder.mjs'),
  inspect: () => import('./commands/inspect.mjs'),
  search: () => import('./commands/search.mjs')
}

const HELP = `Usage: qdrant-embedded <command> [options]

The Qdrant vector engine in one process, without a server: search in the files of a folder, and a look inside.

Commands:
  index <folder>    embed the images of a folder, and its texts, into collections
  search <image>    find the images most similar to one, or images and texts by words
  inspect <folder>  show what a storage folder holds
  doctor            check whether all works on this machine

Options:
  -h, --help        this text; after a command: its options
  -v, --version     the version of this package
`

process.stdout.on('error', (error) => {
  // Whoever read our output has seen enough (`| head`): the rest of the work is still to be done.
  if (error.code !== 'EPIPE') throw error
})

const [name, ...args] = process.argv.slice(2)
try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof Interrupted) {
    // Embedding that goes on in the background is not waited for.
    process.stderr.write('\nInterrupted\n')
    process.exit(error.exitCode)
  }
  report(error)
}

async function main() {
  if (name === '--help' || name === '-h') return print(HELP)
  if (name === '--version' || name === '-v') return print(`${version()}\n`)
  if (name === undefined) throw new UsageError('No command given')
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(name.startsWith('-') ? `Unknown option '${name}'` : `Unknown command '${name}'`)
  }
  const { help, run } = await COMMANDS[name]()
  if (args.includes('--help') || args.includes('-h')) return print(help)
  if (args.includes('--version') || args.includes('-v')) return print(`${version()}\n`)
  return run(args)
}

function print(text) {
  process.stdout.write(text)
  return 0
}

function version() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

function report(error) {
  const isUsage = error instanceof UsageError
  const command = Object.hasOwn(COMMANDS, name ?? '') ? `qdrant-embedded ${name}` : 'qdrant-embedded'
  const hint = isUsage ? ` (see ${command} --help)` : ''
  process.stderr.write(`qdrant-embedded: ${error.message.split('\n')[0]}${hint}\n`)
  process.exitCode = isUsage ? 2 : 1
}
