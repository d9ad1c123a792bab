const { name: location } = await client.createShardSnapshot('photos', 0)
await client.delete('photos', { points: [1, 2, 3] })
await client.recoverShardFromSnapshot('photos', 0, { location })
console.log(await client.count('photos')) // { count: 4 }
