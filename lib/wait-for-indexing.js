const { setTimeout: sleep } = require('node:timers/promises')

const { currentSignal } = require('./abort.js')

// Short at first, for collections that are done soon.
const SHORTEST_PAUSE = 10
const LONGEST_PAUSE = 200

/**
 * Waits until the optimizer of a collection has nothing left to do, and gives the collection's information. It asks
 * again and again: that works for a server as well, and costs little beside an optimization.
 */
async function waitForIndexing(client, collection_name, onProgress, failed) {
  const signal = currentSignal()
  let wasAskedToGoOn = false
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    const info = await client.getCollection(collection_name)
    const { status, optimizer_status, points_count, indexed_vectors_count } = info
    onProgress?.({ status, points: points_count, indexedVectors: indexed_vectors_count })
    if (status === 'green') return info
    if (status === 'red') throw failed(optimizer_status?.error ?? 'the optimizer failed')
    if (status === 'grey' && !wasAskedToGoOn) {
      // A server that was restarted optimizes only after a change, and no change is one, too.
      await client.updateCollection(collection_name, { optimizers_config: {} })
      wasAskedToGoOn = true
    }
    await sleep(pause, undefined, { signal })
  }
}

module.exports = { waitForIndexing }
