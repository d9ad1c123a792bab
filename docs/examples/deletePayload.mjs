await client.deletePayload('photos', { points: [1], keys: ['kind', 'year'] })
const [{ payload }] = await client.retrieve('photos', { ids: [1] })
console.log(payload) // { name: 'harbour' }
