await client.setPayload('photos', { points: [1], payload: { stars: 5 } })
const [{ payload }] = await client.retrieve('photos', { ids: [1] })
console.log(payload) // { name: 'harbour', kind: 'sea', year: 2021, stars: 5 }
