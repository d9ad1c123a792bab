const { status } = await client.upsert('photos', {
  points: [
    { id: 5, vector: [0.2, 0.2, 0.9, 0.1], payload: { name: 'forest' } },
    { id: '5b0a3c86-6d1c-4a4e-9c5e-3f6d4d1c8f10', vector: Float32Array.of(0.2, 0.1, 0.8, 0.3) }
  ]
})
console.log(status, await client.count('photos')) // completed { count: 6 }
