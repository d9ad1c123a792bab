const { hits } = await client.facet('photos', { key: 'kind' })
console.log(hits) // [ { value: 'mountain', count: 2 }, { value: 'sea', count: 2 } ]
