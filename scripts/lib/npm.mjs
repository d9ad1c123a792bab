import { spawn } from 'node:child_process'
import { root } from './paths.mjs'
import { SetupError } from './run.mjs'

/** How npm is called. It hands down the path of its own script, which works where `npm` is a shell or batch file. */
export function npmCommand(args) {
  const script = process.env.npm_execpath
  if (script?.endsWith('.js')) return [process.execPath, [script, ...args]]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args]
}

/** Runs npm without its output on this terminal; resolves to what it printed. */
export async function npm(args, { cwd = root, env = process.env } = {}) {
  const [command, parameters] = npmCommand(args)
  const shell = command.endsWith('.cmd')
  const child = spawn(command, parameters, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text
    })
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new SetupError(`failed: npm ${args.join(' ')}\n${output.stderr || output.stdout}`)
  return output.stdout
}
