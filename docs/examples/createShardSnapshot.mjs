const { name } = await client.createShardSnapshot('photos', 0)
console.log((await client.listShardSnapshots('photos', 0))[0].name === name) // true
