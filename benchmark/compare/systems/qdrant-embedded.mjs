// This package.
import { connect } from '../../../index.js'
import { COLLECTION, createCollection, Store, settings } from './qdrant.mjs'

export { settings }

export async function create(folder, { dim, collection, params }) {
  const client = await connect({ path: folder })
  await createCollection(client, dim, collection)
  return new EmbeddedStore(client, params)
}

export async function open(folder, { params }) {
  return new EmbeddedStore(await connect({ path: folder }), params)
}

class EmbeddedStore extends Store {
  async index() {
    await this.client.waitForIndexing(COLLECTION)
  }

  close() {
    return this.client.close()
  }
}
