const results = await client.batchUpdate('photos', {
  operations: [
    { upsert: { points: [{ id: 5, vector: [0.2, 0.2, 0.9, 0.1] }] } },
    { set_payload: { points: [5], payload: { name: 'forest' } } },
    { delete: { points: [1] } }
  ]
})
console.log(results.length, await client.count('photos')) // 3 { count: 4 }
