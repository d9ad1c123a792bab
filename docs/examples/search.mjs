const points = await client.search('photos', { vector: [0.1, 0.9, 0.2, 0.1], limit: 2 })
console.log(points.map(({ payload }) => payload.name)) // [ 'summit', 'valley' ]
