const { aliases } = await client.getCollectionAliases('photos')
console.log(aliases) // []
