const { running } = await client.getOptimizations('photos')
console.log(running) // []
