await client.createCollection('songs', { vectors: { sound: { size: 2, distance: 'Dot' } } })
await client.upsert('songs', { points: [{ id: 1, vector: { sound: [1, 2] }, payload: { name: 'Air' } }] })
await client.deleteVectors('songs', { points: [1], vector: ['sound'] })
const { payload, vector } = await client.getPoint('songs', { id: 1 })
console.log(payload, vector) // { name: 'Air' } {}
