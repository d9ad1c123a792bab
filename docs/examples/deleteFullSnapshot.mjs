const { name } = await client.createFullSnapshot()
console.log(await client.deleteFullSnapshot(name)) // true
