// A Qdrant server at QDRANT_URL, through the REST client. Its memory and files are not this process's.

import { setTimeout as sleep } from 'node:timers/promises'
import { QdrantClient } from '@qdrant/js-client-rest'
import { COLLECTION, createCollection, Store, settings } from './qdrant.mjs'

export { settings }

export const isElsewhere = true

export async function create(_folder, { dim }) {
  const client = newClient()
  await client.deleteCollection(COLLECTION)
  await createCollection(client, dim)
  return new ServerStore(client)
}

export async function open() {
  return new ServerStore(newClient())
}

function newClient() {
  return new QdrantClient({ url: process.env.QDRANT_URL, checkCompatibility: false })
}

class ServerStore extends Store {
  prepare(points) {
    return super.prepare(points.map(({ vector, ...rest }) => ({ ...rest, vector: Array.from(vector) })))
  }

  ask(vector, ...rest) {
    return super.ask(Array.from(vector), ...rest)
  }

  /** A server says `green`, too, before its optimizers have begun. */
  async index() {
    for (let quiet = 0; quiet < 5; ) {
      const { status } = await this.client.getCollection(COLLECTION)
      quiet = status === 'green' ? quiet + 1 : 0
      await sleep(20)
    }
  }

  close() {}
}
