await client.updateCollectionAliases({
  actions: [{ create_alias: { collection_name: 'photos', alias_name: 'current' } }]
})
const { aliases } = await client.getAliases()
console.log(aliases) // [ { alias_name: 'current', collection_name: 'photos' } ]
