await client.createSnapshot('photos')
const [{ name, size, checksum }] = await client.listSnapshots('photos')
console.log(name.startsWith('photos-'), size > 0, checksum.length) // true true 64
