await client.delete('photos', { points: [1, 2] })
await client.delete('photos', { filter: { must: [{ key: 'year', range: { lt: 2023 } }] } })
console.log(await client.count('photos')) // { count: 1 }
