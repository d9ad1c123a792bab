console.log(await client.deleteCollection('photos')) // true
console.log(await client.deleteCollection('photos')) // false
