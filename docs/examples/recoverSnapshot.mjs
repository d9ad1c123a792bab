// with: photos, elsewhere
const { name, checksum } = await client.createSnapshot('photos')
const location = await client.snapshotPath('photos', name)
await elsewhere.recoverSnapshot('photos', { location, checksum })
console.log(await elsewhere.count('photos')) // { count: 4 }
