/** Tells where the shards of a collection are: here, one shard, on this node. */
const { shard_count, local_shards } = await client.collectionClusterInfo('photos')
console.log(shard_count, local_shards[0].state) // 1 Active
