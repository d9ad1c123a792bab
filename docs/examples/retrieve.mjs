const points = await client.retrieve('photos', { ids: [3, 1, 99], with_payload: ['name'] })
console.log(points.map(({ id, payload }) => `${id} ${payload.name}`)) // [ '3 summit', '1 harbour' ]
