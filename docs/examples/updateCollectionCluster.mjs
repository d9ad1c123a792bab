/** Moves shards between the nodes of a cluster: refused, since there is none. */
const operation = { drop_replica: { shard_id: 0, peer_id: 1 } }
await client.updateCollectionCluster('photos', operation).catch(({ status }) => console.log(status)) // 405
