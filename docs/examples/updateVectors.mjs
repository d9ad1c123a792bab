await client.updateVectors('photos', { points: [{ id: 1, vector: [0, 0, 0, 1] }] })
const { payload, vector } = await client.getPoint('photos', { id: 1 })
console.log(payload.name, vector) // harbour [ 0, 0, 0, 1 ]
