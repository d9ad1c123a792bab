console.log(await client.count('photos')) // { count: 4 }
const filter = { must: [{ key: 'kind', match: { value: 'sea' } }] }
console.log(await client.count('photos', { filter })) // { count: 2 }
