import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { root } from './paths.mjs'

/** A failure whose message is all that a user needs to see. */
export class SetupError extends Error {}

/**
 * Runs a command in the checkout with its output on this terminal.
 * `patience` names work that may be silent for long: without a terminal, a line a minute then shows that it goes on.
 */
export async function run(command, args, { env = process.env, patience } = {}) {
  const started = Date.now()
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' })
  const heartbeat =
    patience &&
    !process.stderr.isTTY &&
    setInterval(() => note(`${patience}: ${minutes(Date.now() - started)} so far`), 60_000)
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (...status) => resolve(status))
    })
    if (code !== 0) throw new SetupError(`failed (${signal ?? `exit code ${code}`}): ${shown(command, args)}`)
  } finally {
    clearInterval(heartbeat)
  }
}

/** What a command prints on its standard output, or null where it cannot be run. */
export function output(command, args, env = process.env) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28
  })
  return status === 0 ? stdout : null
}

/** Runs a tool of this checkout's node_modules by the path of its script. */
export function runTool(script, args, options) {
  return run(process.execPath, [path.join(root, 'node_modules', script), ...args], options)
}

export function note(text) {
  process.stderr.write(`\u25b8 ${text}\n`)
}

export function minutes(milliseconds) {
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Runs the body of an entry script: its exit code, and one line instead of a stack for expected failures. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}

function shown(command, args) {
  const short = (word) => (word.startsWith(root) ? path.relative(root, word) : word)
  return [path.basename(command), ...args.map(short)].join(' ')
}
