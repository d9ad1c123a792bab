import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('probe.mjs', import.meta.url))
const PATIENCE_MS = 60_000

/** Runs a probe; resolves to what it `found`, or to the `error` that kept it from that. */
export async function probe(name) {
  const child = spawn(process.execPath, [script, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL'
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text
    })
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...status) => resolve(status))
  })
  const line = output.stdout.trimEnd().split('\n').at(-1)
  if (code === 0 && line.startsWith('{')) return JSON.parse(line)
  const last = output.stderr.trimEnd().split('\n').at(-1)
  return { error: `its process ended with ${signal ?? `exit code ${code}`}${last && `: ${last}`}` }
}
