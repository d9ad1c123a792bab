const { points } = await client.query('photos', {
  query: [0.9, 0.1, 0.1, 0.1],
  filter: { must: [{ key: 'year', range: { gte: 2022 } }] },
  limit: 2,
  with_payload: true
})
console.log(points.map(({ payload }) => payload.name)) // [ 'beach', 'valley' ]
