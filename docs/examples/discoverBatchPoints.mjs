const [found] = await client.discoverBatchPoints('photos', {
  searches: [{ target: [0.1, 0.9, 0.2, 0.1], limit: 1 }]
})
console.log(found.map(({ id }) => id)) // [ 3 ]
