const points = await client.discoverPoints('photos', {
  target: [0.1, 0.9, 0.2, 0.1],
  context: [{ positive: 1, negative: 3 }],
  limit: 1
})
console.log(points.map(({ id }) => id)) // [ 2 ]
