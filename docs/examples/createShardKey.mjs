/** Makes a shard of its own for a key: refused without a cluster. */
await client.createShardKey('photos', { shard_key: 'ann' }).catch(({ message }) => console.log(message)) // Qdrant is running in standalone mode
