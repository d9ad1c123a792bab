const { name } = await client.createSnapshot('photos')
await client.deleteSnapshot('photos', name)
console.log(await client.listSnapshots('photos')) // []
