await client.createCollection('songs', {
  vectors: {
    sound: { size: 4, distance: 'Cosine' },
    cover: { size: 2, distance: 'Dot', on_disk: true }
  },
  sparse_vectors: { lyrics: { modifier: 'idf' } },
  hnsw_config: { m: 24 }
})
console.log(await client.collectionExists('songs')) // { exists: true }
