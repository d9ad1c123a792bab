await client.clearPayload('photos', { filter: { must: [{ key: 'kind', match: { value: 'sea' } }] } })
const [{ payload }] = await client.retrieve('photos', { ids: [1] })
console.log(payload) // {}
