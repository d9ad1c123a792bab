console.log(await client.listShardSnapshots('photos', 0)) // []
