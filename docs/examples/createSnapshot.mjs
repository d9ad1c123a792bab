const { name } = await client.createSnapshot('photos')
await client.deleteCollection('photos')
await client.recoverSnapshot('photos', { location: name })
console.log(await client.count('photos')) // { count: 4 }
