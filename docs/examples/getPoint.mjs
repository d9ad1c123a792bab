const { id, payload } = await client.getPoint('photos', { id: 3 })
console.log(id, payload.name) // 3 summit
