const { name } = await client.createFullSnapshot()
console.log(name.startsWith('full-snapshot-')) // true
