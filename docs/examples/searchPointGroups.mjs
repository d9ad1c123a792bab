const { groups } = await client.searchPointGroups('photos', {
  vector: [0.1, 0.9, 0.2, 0.1],
  group_by: 'kind',
  group_size: 1,
  limit: 2
})
console.log(groups.map(({ id }) => id)) // [ 'mountain', 'sea' ]
