const { groups } = await client.recommendPointGroups('photos', {
  positive: [1],
  group_by: 'kind',
  group_size: 1,
  limit: 1
})
console.log(groups.map(({ id, hits }) => `${id}: ${hits[0].id}`)) // [ 'sea: 2' ]
