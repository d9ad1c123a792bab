await client.updateCollectionAliases({
  actions: [{ create_alias: { collection_name: 'photos', alias_name: 'current' } }]
})
console.log(await client.count('current')) // { count: 4 }
