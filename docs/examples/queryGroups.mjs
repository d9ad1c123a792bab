const { groups } = await client.queryGroups('photos', {
  query: [0.9, 0.1, 0.1, 0.1],
  group_by: 'kind',
  group_size: 1
})
console.log(groups.map(({ id, hits }) => `${id}: ${hits[0].id}`)) // [ 'sea: 1', 'mountain: 4' ]
