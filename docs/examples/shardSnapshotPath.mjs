import { basename } from 'node:path'

const { name } = await client.createShardSnapshot('photos', 0)
console.log(basename(await client.shardSnapshotPath('photos', 0, name)) === name) // true
