console.log(await client.getCollections()) // { collections: [ { name: 'photos' } ] }
