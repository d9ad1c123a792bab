await client.overwritePayload('photos', { points: [1], payload: { stars: 5 } })
const [{ payload }] = await client.retrieve('photos', { ids: [1] })
console.log(payload) // { stars: 5 }
