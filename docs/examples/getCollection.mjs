const { status, points_count, config } = await client.getCollection('photos')
console.log(status, points_count, config.params.vectors) // green 4 { size: 4, distance: 'Cosine' }
