const [found] = await client.recommend_batch('photos', { searches: [{ positive: [1], limit: 1 }] })
console.log(found.map(({ id }) => id)) // [ 2 ]
