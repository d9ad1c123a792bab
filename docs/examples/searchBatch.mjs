const [found] = await client.searchBatch('photos', { searches: [{ vector: [0.1, 0.9, 0.2, 0.1], limit: 1 }] })
console.log(found.map(({ id }) => id)) // [ 3 ]
