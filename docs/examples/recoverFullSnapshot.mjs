// with: photos, elsewhere
const { name, checksum } = await client.createFullSnapshot()
await elsewhere.recoverFullSnapshot({ location: await client.fullSnapshotPath(name), checksum })
console.log(await elsewhere.getCollections()) // { collections: [ { name: 'photos' } ] }
