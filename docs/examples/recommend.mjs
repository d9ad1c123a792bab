const points = await client.recommend('photos', { positive: [1], negative: [3], limit: 1 })
console.log(points.map(({ payload }) => payload.name)) // [ 'beach' ]
