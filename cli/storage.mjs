import { connect } from '../index.js'
import { Interrupted } from './errors.mjs'

/**
 * Opens the storage folder for some work and closes it again, so that all that was written is on disk: when the work
 * is done or has failed, and at once when the user interrupts it.
 */
export async function withStorage(folder, work) {
  const client = await connect({ path: folder })
  let interrupt
  const interrupted = new Promise((_resolve, reject) => {
    interrupt = (signal) => reject(new Interrupted(signal))
  })
  const signals = ['SIGINT', 'SIGTERM']
  for (const signal of signals) process.once(signal, interrupt)
  try {
    return await Promise.race([work(client), interrupted])
  } finally {
    for (const signal of signals) process.off(signal, interrupt)
    await client.close()
  }
}
