const [found] = await client.recommendBatch('photos', { searches: [{ positive: [1], limit: 1 }] })
console.log(found.map(({ id }) => id)) // [ 2 ]
