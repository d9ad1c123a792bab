await client.createVectorName('photos', 'caption', { dense: { size: 2, distance: 'Cosine' } })
await client.updateVectors('photos', { points: [{ id: 1, vector: { caption: [0.6, 0.8] } }] })
const { points } = await client.query('photos', { query: [0.6, 0.8], using: 'caption' })
console.log(points.map(({ id }) => id)) // [ 1 ]
