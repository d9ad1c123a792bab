await client.createVectorName('photos', 'caption', { dense: { size: 2, distance: 'Cosine' } })
const { status } = await client.deleteVectorName('photos', 'caption')
console.log(status) // completed
