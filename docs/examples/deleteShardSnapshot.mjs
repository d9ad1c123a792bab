const { name } = await client.createShardSnapshot('photos', 0)
console.log(await client.deleteShardSnapshot('photos', 0, name)) // true
