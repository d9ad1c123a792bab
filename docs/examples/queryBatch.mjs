const [sea, mountains] = await client.queryBatch('photos', {
  searches: [
    { query: [0.9, 0.1, 0.1, 0.1], limit: 1 },
    { query: 3, limit: 1 } // the vector of point 3
  ]
})
console.log(sea.points[0].id, mountains.points[0].id) // 1 4
