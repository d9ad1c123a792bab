import { stat } from 'node:fs/promises'
import path from 'node:path'
import { connect } from '../index.js'
import { Interrupted } from './errors.mjs'

/**
 * Opens the storage folder for some work and closes it again, so that all that was written is on disk: when the work
 * is done or has failed, and at once when the user interrupts it, of which the work is told by a signal.
 */
export async function withStorage(folder, work) {
  const client = await connect({ path: folder })
  const stop = new AbortController()
  const { signal } = stop
  const interrupted = new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  const interrupt = (name) => stop.abort(new Interrupted(name))
  const names = ['SIGINT', 'SIGTERM']
  for (const name of names) process.once(name, interrupt)
  try {
    return await Promise.race([work(client, signal), interrupted])
  } finally {
    for (const name of names) process.off(name, interrupt)
    await client.close()
  }
}

/** Whether the folder holds a storage: opening it would create one. */
export async function isStorage(folder) {
  return stat(path.join(folder, 'format.json')).then(
    () => true,
    () => false
  )
}
