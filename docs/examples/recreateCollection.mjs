await client.recreateCollection('photos', { vectors: { size: 2, distance: 'Dot' } })
console.log(await client.count('photos')) // { count: 0 }
