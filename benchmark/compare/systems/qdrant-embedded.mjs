// This package.
import { connect } from '../../../index.js'
import { COLLECTION, createCollection, Store, settings } from './qdrant.mjs'

export { settings }

export async function create(folder, { dim, collection }) {
  const client = await connect({ path: folder })
  await createCollection(client, dim, collection)
  return new EmbeddedStore(client)
}

export async function open(folder) {
  return new EmbeddedStore(await connect({ path: folder }))
}

class EmbeddedStore extends Store {
  async index() {
    await this.client.waitForIndexing(COLLECTION)
  }

  close() {
    return this.client.close()
  }
}
