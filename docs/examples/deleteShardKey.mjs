/** Deletes the shard of a key: refused without a cluster. */
await client.deleteShardKey('photos', { shard_key: 'ann' }).catch(({ status }) => console.log(status)) // 405
