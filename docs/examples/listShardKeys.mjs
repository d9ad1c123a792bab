/** Lists the shard keys of a collection: `null` for one that was not made with `sharding_method: 'custom'`. */
console.log(await client.listShardKeys('photos')) // { shard_keys: null }
