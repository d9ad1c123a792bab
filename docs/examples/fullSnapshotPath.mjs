const { name } = await client.createFullSnapshot()
console.log((await client.fullSnapshotPath(name)).endsWith(name)) // true
