import { stat } from 'node:fs/promises'

const { name, size } = await client.createSnapshot('photos')
const file = await client.snapshotPath('photos', name)
console.log((await stat(file)).size === size) // true
