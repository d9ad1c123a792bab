import { embedTexts } from 'qdrant-embedded'

import { withStore } from '../store.mjs'

/** `client`, of an engine in memory, with texts in the collection `photos`, by the default model. */
export default (use) =>
  withStore(async (client) => {
    const names = ['the dog runs on the beach', 'soup and bread', 'a boat on the sea']
    const vectors = await embedTexts(names)
    await client.createCollection('photos', { vectors: { size: vectors[0].length, distance: 'Cosine' } })
    await client.upsert('photos', {
      points: names.map((name, id) => ({ id, vector: vectors[id], payload: { name } }))
    })
    await use({ client })
  })
