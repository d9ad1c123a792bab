console.log(await client.collectionExists('photos')) // { exists: true }
